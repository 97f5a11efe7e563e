-- Active versions, and what waits for somebody to activate it.
SELECT p.policy_id, NULL::bigint, 'active', c.code, p.name, p.version, p.closing_from::text, p.closing_to::text,
       (SELECT count(*) FROM settle.policy_rule r WHERE r.policy_id = p.policy_id),
       (SELECT s.actor FROM settle.policy_submission s
         WHERE s.hash = p.hash ORDER BY s.actor = l.actor, s.position LIMIT 1),
       l.actor, to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), encode(p.hash, 'hex')
  FROM settle.policy p
  JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
  JOIN settle.control_log l USING (position)
UNION ALL
SELECT NULL, w.submission, 'waiting', w.carrier, w.name, w.version, w.closing_from::text, w.closing_to::text,
       NULL, w.submitted_by, NULL, to_char(w.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       encode(w.hash, 'hex')
  FROM settle_view.policy_waiting w
 ORDER BY 4, 7, 3, 2
