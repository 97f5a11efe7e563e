INSERT INTO settle.batch_consumption (batch_id, run_id)
SELECT batch_id, run_id FROM settle.run_batch WHERE run_id = $1
