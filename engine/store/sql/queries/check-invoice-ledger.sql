-- An invoice says what the ledger's totals say of the runs that it binds.
-- Columns as check-finding
SELECT i.run_id, format('invoice of distributor id %s, carrier id %s', i.distributor_id, i.carrier_id) AS place,
       format('it says %s minor units over %s transfers, %s to pay out, %s from the deposit, %s brought forward; the '
              'ledger %s over %s, %s, %s, the invoice before leaves %s', coalesce(l.amount, t.amount), i.transfers,
              i.payable_minor + i.left_minor, i.covered_minor, i.brought_minor, t.amount, t.transfers,
              t.payable + t.covered + i.brought_minor, t.covered, coalesce(b.leaves, 0)) AS finding
  FROM settle.invoice i
  JOIN settle.run_publication USING (run_id)
 CROSS JOIN LATERAL (SELECT coalesce(sum(t.transfers) FILTER (WHERE t.kind IN (:commission_kinds)), 0) AS transfers,
                            coalesce(sum(CASE WHEN t.credit = 1 THEN -t.amount_minor ELSE t.amount_minor END)
                                     FILTER (WHERE t.kind IN (:commission_kinds)), 0) AS amount,
                            coalesce(sum(CASE WHEN t.credit = 1 THEN -t.amount_minor ELSE t.amount_minor END)
                                     FILTER (WHERE t.kind IN (:commission_kinds) AND t.credit <> 4), 0) AS payable,
                            coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = :deposit_kind), 0) AS covered
                       FROM settle.invoice_binding g
                       JOIN settle.ledger_total t ON t.distributor_id = g.distributor_id AND t.carrier_id = g.carrier_id
                        AND t.run_id > g.after_run AND t.run_id <= g.up_to_run
                       JOIN settle.policy p USING (policy_id)
                       JOIN settle.run_publication r ON r.run_id = t.run_id
                      WHERE g.distributor_id = i.distributor_id AND g.run_id = i.run_id AND g.carrier_id = i.carrier_id
                        AND g.currency = i.currency AND g.tax_ppb = i.tax_ppb
                        AND (t.kind IN (:commission_kinds) OR t.kind = :deposit_kind AND t.debit = 7 AND t.credit = 2)
                        -- what goes to `held`, or back from it, is on no invoice: its release is
                        AND t.credit <> 3 AND NOT (t.debit = 3 AND t.credit = 1)
                        AND p.currency = i.currency AND p.tax_ppb = i.tax_ppb) t
  LEFT JOIN LATERAL (SELECT sum(CASE WHEN tax_included THEN gross_minor ELSE net_minor END) AS amount
                       FROM settle.invoice_line l
                      WHERE l.distributor_id = i.distributor_id AND l.run_id = i.run_id AND l.carrier_id = i.carrier_id
                        AND l.currency = i.currency AND l.tax_ppb = i.tax_ppb) l ON NOT i.carried
  LEFT JOIN LATERAL (SELECT CASE WHEN b.carried THEN b.brought_minor ELSE b.left_minor END AS leaves
                       FROM settle.invoice b
                      WHERE b.distributor_id = i.distributor_id AND b.carrier_id = i.carrier_id AND b.run_id < i.run_id
                        AND b.currency = i.currency AND b.tax_ppb = i.tax_ppb
                        AND EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = b.run_id)
                      ORDER BY b.run_id DESC LIMIT 1) b ON true
 WHERE (i.transfers <> t.transfers OR l.amount <> t.amount OR i.covered_minor <> t.covered
        OR i.payable_minor + i.left_minor <> t.payable + t.covered + i.brought_minor OR i.brought_minor <> coalesce(b.leaves, 0))
   -- versions from before tax rates were kept beside them tell nothing
   AND NOT EXISTS (SELECT 1 FROM settle.policy p WHERE p.carrier_id = i.carrier_id AND p.tax_ppb IS NULL)
