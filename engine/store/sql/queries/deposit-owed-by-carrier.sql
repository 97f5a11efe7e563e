-- What a carrier owes for each distributor: its account less what it is known to have paid. $1 carrier, $2 before which
-- run, $3 currency
SELECT x.distributor_id, x.policy_id, (x.owes - coalesce(r.paid, 0))::bigint AS owed_minor
  FROM (SELECT t.distributor_id, max(t.policy_id) AS policy_id,
               sum(CASE WHEN t.debit = 1 THEN t.amount_minor ELSE -t.amount_minor END) AS owes
          FROM settle.ledger_total t
          JOIN settle.policy p USING (policy_id)
         WHERE t.carrier_id = $1 AND t.run_id < $2 AND p.currency = $3 AND 1 IN (t.debit, t.credit)
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
         GROUP BY 1) x
  JOIN settle.code d ON d.dim = 2 AND d.id = x.distributor_id
  LEFT JOIN LATERAL (SELECT sum(r.amount_minor) AS paid
                       FROM settle.receipt r JOIN settle.batch_consumption b USING (batch_id)
                      WHERE r.distributor_id = x.distributor_id AND r.carrier_id = $1 AND r.currency = $3
                        AND b.run_id < $2) r ON true
 WHERE x.owes > coalesce(r.paid, 0)
 ORDER BY d.code COLLATE "C"
