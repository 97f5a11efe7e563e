-- What the postings of a period moved on each account. $1 carrier, $2 distributor (NULL: any), $3 period
-- A deposit belongs to one party, whoever's claim was covered from it.
-- Columns as ledger-balance
SELECT coalesce(c.code, '') AS carrier, coalesce(d.code, '') AS distributor, coalesce(p.currency, 156) AS currency,
       x.role, sum(x.amount)::bigint AS balance_minor
  FROM settle.ledger_total t
  LEFT JOIN settle.policy p USING (policy_id)
 CROSS JOIN LATERAL (VALUES (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) x (role, amount)
  LEFT JOIN settle.code c
    ON c.dim = 1 AND c.id = t.carrier_id AND NOT (x.role = 7 AND t.credit <> 1 AND t.distributor_id <> 0)
  LEFT JOIN settle.code d
    ON d.dim = 2 AND d.id = t.distributor_id AND NOT (x.role = 7 AND t.credit = 1)
 WHERE t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
   AND ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
   AND t.period = ($3 || '-01')::date
 GROUP BY 1, 2, 3, 4
 ORDER BY coalesce(c.code, '') COLLATE "C", coalesce(d.code, '') COLLATE "C", 3, 4
