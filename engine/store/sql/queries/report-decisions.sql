-- What people decided, oldest first, with its reason. $1, $2, $3 not used
SELECT l.position, to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), l.actor, l.action, l.subject, l.reason,
       CASE WHEN l.detail = '{}' THEN '' ELSE l.detail::text END
  FROM settle.control_log l
 WHERE $1::text IS NOT DISTINCT FROM $1 AND $2::text IS NOT DISTINCT FROM $2 AND $3::text IS NOT DISTINCT FROM $3
 ORDER BY l.position
