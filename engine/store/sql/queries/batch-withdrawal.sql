-- What is decided about withdrawing a batch. $1 batch
SELECT b.kind, b.state = 'sealed' AS is_sealed, w.state, w.asked_by, w.reason, w.by_batch,
       (SELECT x.batch_id FROM settle.batch_withdrawal x WHERE x.by_batch = b.batch_id) AS of_batch,
       settle.batch_digest(b.batch_id) AS digest, session_user
  FROM settle.batch b LEFT JOIN settle.withdrawal w USING (batch_id)
 WHERE b.batch_id = $1
