SELECT p.policy_id, c.code, p.name, p.version, p.closing_from::text, p.closing_to::text,
       (SELECT count(*) FROM settle.policy_rule r WHERE r.policy_id = p.policy_id),
       l.actor, to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), encode(p.hash, 'hex')
  FROM settle.policy p
  JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
  JOIN settle.control_log l USING (position)
 ORDER BY c.code, p.closing_from
