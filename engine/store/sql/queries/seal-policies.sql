-- The policies that it names. $1 run, $2 the run before
SELECT policy_id, hash FROM settle.run_policy WHERE run_id = $1 AND $2 = $2 ORDER BY 1
