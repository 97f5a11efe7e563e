-- What was recorded of each distributor. $1 run, $2, $3 distributors
SELECT distributor_id, transfers, digest
  FROM settle.run_distributor
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
 ORDER BY 1
