-- Balances from the totals of published runs. $1 carrier, $2 distributor, $3 period (NULL: any)
SELECT c.code, d.code, p.currency, x.role, sum(x.amount)::bigint
  FROM settle.ledger_total t
  JOIN settle.policy p USING (policy_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = t.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
 CROSS JOIN LATERAL (VALUES (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) x (role, amount)
 WHERE t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
   AND ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
   AND ($3::text IS NULL OR t.period = ($3 || '-01')::date)
 GROUP BY c.code, d.code, p.currency, x.role
 ORDER BY c.code COLLATE "C", d.code COLLATE "C", p.currency, x.role
