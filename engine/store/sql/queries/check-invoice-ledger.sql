-- Invoices say what the ledger's totals say of the runs that they cover. Tax rates are put together, as
-- totals do not name them; where they cover different runs replay tells more.
WITH g AS (
    SELECT i.distributor_id, i.run_id, i.carrier_id, i.currency, min(i.after_run) AS after_run,
           sum(i.transfers) AS transfers, bool_or(i.carried) AS carried
      FROM settle.invoice i JOIN settle.run_publication USING (run_id)
     GROUP BY 1, 2, 3, 4 HAVING min(i.after_run) = max(i.after_run))
SELECT g.run_id, format('invoice of distributor id %s, carrier id %s', g.distributor_id, g.carrier_id),
       format('it says %s minor units over %s transfers, the ledger %s over %s', coalesce(l.amount, t.amount),
              g.transfers, t.amount, t.transfers)
  FROM g
 CROSS JOIN LATERAL (SELECT coalesce(sum(t.transfers), 0) AS transfers,
                            coalesce(sum(CASE WHEN t.debit = 1 THEN t.amount_minor ELSE -t.amount_minor END), 0) AS amount
                       FROM settle.ledger_total t
                       JOIN settle.policy p USING (policy_id)
                       JOIN settle.run_publication r ON r.run_id = t.run_id
                      WHERE t.distributor_id = g.distributor_id AND t.carrier_id = g.carrier_id
                        AND t.run_id > g.after_run AND t.run_id <= g.run_id AND t.kind <= 4
                        AND p.currency = g.currency) t
  LEFT JOIN LATERAL (SELECT sum(CASE WHEN tax_included THEN gross_minor ELSE net_minor END) AS amount
                       FROM settle.invoice_line l
                      WHERE l.distributor_id = g.distributor_id AND l.run_id = g.run_id AND l.carrier_id = g.carrier_id
                        AND l.currency = g.currency) l ON NOT g.carried
 WHERE g.transfers <> t.transfers OR l.amount <> t.amount
