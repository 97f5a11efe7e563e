-- The published runs, oldest first. $1 month of the business date (NULL: any), $2, $3 not used
SELECT p.run_id, r.kind, p.business_date::text, p.facts, p.settled, p.zero, p.waiting, p.transfers, p.invoices, r.actor,
       to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), encode(p.digest, 'hex')
  FROM settle.run_publication p JOIN settle.run r USING (run_id)
 WHERE ($1::text::date IS NULL OR date_trunc('month', p.business_date)::date = $1::text::date)
   AND $2::text IS NOT DISTINCT FROM $2 AND $3::text IS NOT DISTINCT FROM $3
 ORDER BY 1
