-- A policy is the text that its hash says, was activated where it says, and is what runs name.
-- Columns as check-finding
SELECT coalesce((SELECT min(run_id) FROM settle.run_policy r WHERE r.policy_id = p.policy_id), 0) AS run_id,
       format('policy %s of %s', p.version, p.name) AS place, f.finding
  FROM settle.policy p
 CROSS JOIN LATERAL (
    SELECT 'its text does not have the recorded hash' AS finding WHERE p.hash <> sha256(p.document)
    UNION ALL
    SELECT format('run %s names it with another hash', r.run_id)
      FROM settle.run_policy r WHERE r.policy_id = p.policy_id AND r.hash <> p.hash
    UNION ALL
    SELECT format('decision %s is not its activation', p.position)
     WHERE NOT EXISTS (SELECT 1 FROM settle.control_log l
                        WHERE l.position = p.position AND l.action = 'policy-activate')) f
UNION ALL
SELECT r.run_id, format('policy %s', r.policy_id), 'the run names it, but it is not there'
  FROM settle.run_policy r WHERE NOT EXISTS (SELECT 1 FROM settle.policy p WHERE p.policy_id = r.policy_id)
UNION ALL
SELECT 0, format('rule "%s"', coalesce(r.rule, u.rule)),
       format('of carrier id %s has the number %s, a version names it %s', coalesce(p.carrier_id, u.carrier_id), u.number,
              r.number)
  FROM settle.policy_rule r
  JOIN settle.policy p USING (policy_id)
  FULL JOIN settle.rule u ON u.carrier_id = p.carrier_id AND u.kind = r.kind AND u.rule = r.rule
                            AND u.currency = p.currency
 WHERE u.number IS DISTINCT FROM r.number
