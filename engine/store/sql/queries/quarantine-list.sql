-- Kept rows that are open: not released since, and not dismissed; each once however often it came; of one batch all of
-- them. $1 batch (0: any), $2 reason (NULL: any), $3 limit (0: all), $4 of batches dated up to that day (NULL: any)
SELECT v.batch_id, v.kind, v.source, v.business_date::text, v.line, v.field, coalesce(v.value, '(erased)'), v.reason,
       coalesce(v.message, '(erased)'), v.times
  FROM (SELECT batch_id, kind, source, business_date, line, field, value, reason, message, times
          FROM settle_view.rejected WHERE $1::integer = 0
         UNION ALL
        SELECT batch_id, kind, source, business_date, line, field, value, reason, message, 1
          FROM settle.open_row WHERE batch_id = $1 AND $1 <> 0) v
 WHERE ($2::text IS NULL OR v.reason = $2) AND ($4::text IS NULL OR v.business_date <= $4::date)
 ORDER BY v.batch_id, v.line
 LIMIT NULLIF($3::integer, 0)
