-- Kept rows that were dismissed and not released since. $1 batch (0: any), $2 reason (NULL: any), $3 limit (0: all), $4 of
-- batches dated up to that day (NULL: any)
SELECT d.batch_id, d.kind, d.source, d.business_date::text, d.line, d.field, coalesce(d.value, '(erased)'), d.reason,
       coalesce(d.message, '(erased)'), l.actor, to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), l.reason
  FROM settle.dismissed_row d
  JOIN settle.control_log l USING (position)
 WHERE ($1::integer = 0 OR d.batch_id = $1) AND ($2::text IS NULL OR d.reason = $2)
   AND ($4::text IS NULL OR d.business_date <= $4::date)
 ORDER BY d.batch_id, d.line
 LIMIT NULLIF($3::integer, 0)
