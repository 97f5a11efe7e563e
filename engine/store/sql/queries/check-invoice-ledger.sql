-- An invoice says what the ledger's totals say of the runs that it covers.
SELECT i.run_id, format('invoice of distributor id %s, carrier id %s', i.distributor_id, i.carrier_id),
       format('it says %s minor units over %s transfers, the ledger %s over %s', coalesce(l.amount, t.amount),
              i.transfers, t.amount, t.transfers)
  FROM settle.invoice i
  JOIN settle.run_publication USING (run_id)
 CROSS JOIN LATERAL (SELECT coalesce(sum(t.transfers), 0) AS transfers,
                            coalesce(sum(CASE WHEN t.credit = 1 THEN -t.amount_minor ELSE t.amount_minor END), 0) AS amount
                       FROM settle.ledger_total t
                       JOIN settle.policy p USING (policy_id)
                       JOIN settle.run_publication r ON r.run_id = t.run_id
                      WHERE t.distributor_id = i.distributor_id AND t.carrier_id = i.carrier_id
                        AND t.run_id > i.after_run AND t.run_id <= i.run_id AND t.kind <= 4
                        -- what goes to `held`, or back from it, is on no invoice: its release is
                        AND t.credit <> 3 AND NOT (t.debit = 3 AND t.credit = 1)
                        AND p.currency = i.currency AND p.tax_ppb = i.tax_ppb) t
  LEFT JOIN LATERAL (SELECT sum(CASE WHEN tax_included THEN gross_minor ELSE net_minor END) AS amount
                       FROM settle.invoice_line l
                      WHERE l.distributor_id = i.distributor_id AND l.run_id = i.run_id AND l.carrier_id = i.carrier_id
                        AND l.currency = i.currency AND l.tax_ppb = i.tax_ppb) l ON NOT i.carried
 WHERE (i.transfers <> t.transfers OR l.amount <> t.amount)
   -- versions from before tax rates were kept beside them tell nothing
   AND NOT EXISTS (SELECT 1 FROM settle.policy p WHERE p.carrier_id = i.carrier_id AND p.tax_ppb IS NULL)
