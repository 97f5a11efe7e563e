-- How many distributors owe more than is owed to them, by carrier and currency, and how much in all.
SELECT c.code, x.currency, count(*), sum(x.owes)::bigint
  FROM (SELECT t.carrier_id, t.distributor_id, p.currency,
               sum(CASE WHEN t.debit = 2 THEN t.amount_minor ELSE -t.amount_minor END) AS owes
          FROM settle.ledger_total t
          JOIN settle.policy p USING (policy_id)
         WHERE 2 IN (t.debit, t.credit)
           AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
         GROUP BY 1, 2, 3) x
  JOIN settle.code c ON c.dim = 1 AND c.id = x.carrier_id
 WHERE x.owes > 0
 GROUP BY 1, 2
 ORDER BY c.code COLLATE "C", x.currency
