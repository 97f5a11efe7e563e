SELECT p.run_id, r.kind, p.business_date::text, p.facts, p.settled, p.zero, p.waiting, p.due, p.transfers,
       p.invoices, left(encode(p.digest, 'hex'), 12)
  FROM settle.run_publication p JOIN settle.run r USING (run_id)
 ORDER BY p.run_id DESC LIMIT $1
