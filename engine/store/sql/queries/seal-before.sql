-- The published run before a run, with its seal if it has one. $1 run
SELECT p.run_id, s.seal, s.codes[1] AS codes_1, s.codes[2], s.codes[3], s.codes[4], s.codes[5], s.codes[6], s.codes[7], s.codes[8]
  FROM settle.run_publication p LEFT JOIN settle.run_seal s USING (run_id)
 WHERE p.run_id < $1
 ORDER BY 1 DESC LIMIT 1
