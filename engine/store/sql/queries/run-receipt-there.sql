SELECT 1 FROM settle.run_receipt WHERE run_id = $1 AND chunk = $2
