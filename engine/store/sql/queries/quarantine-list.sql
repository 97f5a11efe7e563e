-- Kept rows not released since. $1 batch (0: any), $2 reason (NULL: any), $3 limit (0: all), $4 of batches dated up to
-- that day (NULL: any)
SELECT q.batch_id, b.kind, b.source, b.business_date::text, q.line, q.field, coalesce(q.value, '(erased)'), q.reason,
       coalesce(q.message, '(erased)')
  FROM settle.quarantine q JOIN settle.batch b USING (batch_id)
 WHERE ($1 = 0 OR q.batch_id = $1) AND ($2::text IS NULL OR q.reason = $2) AND ($4::text IS NULL OR b.business_date <= $4::date)
   AND NOT EXISTS (SELECT 1 FROM settle.quarantine_release r
                    WHERE r.batch_id = q.batch_id AND r.line = q.line)
 ORDER BY q.batch_id, q.line
 LIMIT NULLIF($3, 0)
