-- Kept rows that came in again with its batches. $1 run, $2 the run before
SELECT q.batch_id, q.line, q.into_batch, q.position
  FROM settle.run_batch r JOIN settle.quarantine_release q ON q.into_batch = r.batch_id
 WHERE r.run_id = $1 AND $2 = $2 ORDER BY 1, 2
