-- What stands on the accounts `distributor` and `invoiced` of some distributors, debit positive, by carrier and tax
-- rate; policy: one that a posting there can name. $1 distributors, $2 before which run, $3 currency
SELECT t.distributor_id, t.carrier_id, x.role, max(t.policy_id) AS last_policy_id, sum(x.amount)::bigint AS owed_minor
  FROM settle.ledger_total t
  JOIN settle.policy p USING (policy_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = t.carrier_id
 CROSS JOIN LATERAL (VALUES (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) x (role, amount)
 WHERE t.distributor_id = ANY ($1::integer[]) AND t.run_id < $2 AND p.currency = $3 AND x.role IN (2, 5)
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
 GROUP BY t.distributor_id, c.code, t.carrier_id, x.role, p.tax_ppb
HAVING sum(x.amount) <> 0
 ORDER BY t.distributor_id, c.code COLLATE "C", x.role, p.tax_ppb
