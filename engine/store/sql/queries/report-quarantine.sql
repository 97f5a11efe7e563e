-- Rejected rows that were not released, by kind and reason. $1 month of the business date (NULL: any), $2, $3 not used
SELECT b.kind, q.reason, q.field, count(*), count(DISTINCT q.batch_id), min(b.business_date)::text,
       max(b.business_date)::text, min(q.message)
  FROM settle.quarantine q JOIN settle.batch b USING (batch_id)
 WHERE b.state = 'sealed' AND ($1::text::date IS NULL OR date_trunc('month', b.business_date)::date = $1::text::date)
   AND $2::text IS NOT DISTINCT FROM $2 AND $3::text IS NOT DISTINCT FROM $3
   AND NOT EXISTS (SELECT 1 FROM settle.quarantine_release r WHERE r.batch_id = q.batch_id AND r.line = q.line)
 GROUP BY 1, 2, 3
 ORDER BY 1, 4 DESC, 2, 3
