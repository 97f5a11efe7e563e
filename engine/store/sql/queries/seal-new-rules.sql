-- Their rules. $1 run, $2 the run before
SELECT r.policy_id, r.ordinal, r.kind, r.rule, r.number, r.split::text
  FROM settle.policy p JOIN settle.policy_rule r USING (policy_id)
 WHERE p.position > (SELECT coalesce(max(control_position), 0) FROM settle.run WHERE run_id = $2)
   AND p.position <= (SELECT max(control_position) FROM settle.run WHERE run_id = $1) ORDER BY 1, 2
