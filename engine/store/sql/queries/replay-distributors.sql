-- What was recorded of each distributor and carrier. $1 run, $2, $3 distributors
SELECT distributor_id, carrier_id, transfers, digest
  FROM settle.run_distributor
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
 ORDER BY 1, 2
