-- What it marked as consumed. $1 run, $2 the run before
SELECT batch_id FROM settle.batch_consumption WHERE run_id = $1 AND $2 = $2 ORDER BY 1
