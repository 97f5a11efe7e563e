-- Rejected rows that were neither released nor dismissed, each once however often it came, by kind and reason. $1 month of the business date (NULL: any), $2, $3 not used
SELECT q.kind, q.reason, q.field, count(*), count(DISTINCT q.batch_id), min(q.business_date)::text,
       max(q.business_date)::text, min(q.message)
  FROM settle_view.rejected q
 WHERE ($1::text::date IS NULL OR date_trunc('month', q.business_date)::date = $1::text::date)
   AND $2::text IS NOT DISTINCT FROM $2 AND $3::text IS NOT DISTINCT FROM $3
 GROUP BY 1, 2, 3
 ORDER BY 1, 4 DESC, 2, 3
