-- Numbers of the rules of versions activated up to a position of the control log. $1 position
SELECT r.policy_id, r.ordinal, r.number
  FROM settle.policy p JOIN settle.policy_rule r USING (policy_id)
 WHERE p.position <= $1 ORDER BY 1, 2
