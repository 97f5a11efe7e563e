-- The batches that it consumed; of one that withdraws another, by which decision, and what is read again for it. $1 run, $2 the run before
SELECT b.batch_id, b.kind, b.source, b.business_date, b.state, b.reason, b.rows_read, b.sum_minor, b.control_count,
       b.control_sum_minor, b.unproved, b.accepted, b.repeated, b.quarantined, b.waiting, b.header, b.actor, b.at, b.file_name, b.file_bytes, b.file_sha256, b.file_signature, b.carriers,
       (SELECT string_agg(concat_ws(' ', s.table_name, s.rows, encode(s.digest, 'hex')), ',' ORDER BY s.table_name COLLATE "C")
          FROM settle.batch_rows s WHERE s.batch_id = b.batch_id),
       (SELECT concat_ws(' ', w.batch_id, w.position,
                         (SELECT string_agg(concat_ws(' ', q.batch_id, q.line), ',' ORDER BY q.batch_id, q.line)
                            FROM settle.quarantine_wake q WHERE q.by_batch = b.batch_id))
          FROM settle.batch_withdrawal w WHERE w.by_batch = b.batch_id)
  FROM settle.run_batch r JOIN settle.batch b USING (batch_id)
 WHERE r.run_id = $1 AND $2 = $2 ORDER BY 1
