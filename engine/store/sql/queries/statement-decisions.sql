-- What was decided on the differences of a carrier's month, oldest first; what was decided on a statement that was withdrawn
-- fell with it. $1 "CARRIER/YYYY-MM"
SELECT l.detail ->> 'difference' AS difference, l.action = 'statement-accept' AS is_accepted, (l.detail ->> 'theirs')::bigint AS theirs_minor,
       (l.detail ->> 'ours')::bigint AS ours_minor, l.actor, l.reason
  FROM settle.control_log l
  JOIN settle.statement s ON s.subject = l.subject AND s.position::text = l.detail ->> 'statement'
 WHERE l.action IN ('statement-accept', 'statement-dispute') AND l.subject = $1 AND s.state <> 'withdrawn'
 ORDER BY l.position
