-- Every run there is, with how it ended and what it sealed. seal columns are NULL without a seal.
SELECT r.run_id, r.kind, r.business_date, p.run_id IS NOT NULL, a.run_id IS NOT NULL, p.transfers, p.amount_minor::text,
       p.digest, p.previous, s.seal, s.parts, s.codes[1], s.codes[2], s.codes[3], s.codes[4], s.codes[5], s.codes[6],
       s.codes[7], s.codes[8], p.business_date
  FROM settle.run r
  LEFT JOIN settle.run_publication p USING (run_id)
  LEFT JOIN settle.run_abandonment a USING (run_id)
  LEFT JOIN settle.run_seal s USING (run_id)
 ORDER BY 1
