-- Columns as run-batch-of
SELECT r.batch_id, b.kind FROM settle.run_batch r JOIN settle.batch b USING (batch_id)
 WHERE r.run_id = $1 ORDER BY 1
