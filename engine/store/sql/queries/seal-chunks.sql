-- Its chunks. $1 run, $2 the run before
SELECT chunk, first_distributor, last_distributor, expected
  FROM settle.run_chunk WHERE run_id = $1 AND $2 = $2 ORDER BY 1
