-- Batches consumed by runs before this one. $1 run
SELECT batch_id FROM settle.batch_consumption WHERE run_id < $1
