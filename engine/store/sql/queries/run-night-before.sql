-- The last night published before a run, and the last version of a policy that it knew. $1 run
SELECT max(p.run_id) AS last_run,
       (SELECT coalesce(max(policy_id), 0) FROM settle.policy
         WHERE position <= (SELECT o.control_position FROM settle.run o WHERE o.run_id = max(p.run_id))) AS last_policy
  FROM settle.run_publication p JOIN settle.run r USING (run_id)
 WHERE r.kind = 'nightly' AND p.run_id < $1
