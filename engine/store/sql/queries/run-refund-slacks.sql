-- Carriers' slacks for refunds, by carrier, day and decision. $1 position in the control log
SELECT c.id, (l.detail ->> 'from')::date AS from_day, (l.detail ->> 'value')::bigint AS slack_minor
  FROM settle.control_log l
  JOIN settle.code c ON c.dim = 1 AND c.code = substr(l.subject, length('refund-slack/') + 1)
 WHERE l.action = 'setting' AND l.subject LIKE 'refund-slack/%' AND l.position <= $1
 ORDER BY 1, 2, l.position
