-- The last night published before a run. $1 run
SELECT max(p.run_id) AS last_run
  FROM settle.run_publication p JOIN settle.run r USING (run_id)
 WHERE r.kind = 'nightly' AND p.run_id < $1
