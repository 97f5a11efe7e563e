-- Published runs, in their order. $1 first, $2 last run, $3, $4 business dates
SELECT p.run_id, r.kind, p.business_date, p.facts, p.settled, p.zero, p.waiting, p.due, p.transfers,
       p.amount_minor::text, p.invoices, p.digest, p.previous
  FROM settle.run_publication p JOIN settle.run r USING (run_id)
 WHERE p.run_id BETWEEN $1 AND $2 AND p.business_date BETWEEN $3 AND $4
 ORDER BY 1
