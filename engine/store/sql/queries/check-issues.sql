-- An issue run posted what the invoices of its batches say.
SELECT r.run_id, 'issued invoices',
       format('posted are %s payable, %s withheld, %s tax; the invoices say %s, %s, %s', t.payable, t.withheld, t.tax,
              i.payable, i.withheld, i.tax)
  FROM settle.run r
  JOIN settle.run_publication USING (run_id)
 CROSS JOIN LATERAL (SELECT coalesce(sum(CASE debit WHEN 2 THEN amount_minor ELSE -amount_minor END)
                                     FILTER (WHERE (debit, credit) IN ((2, 5), (5, 2))), 0) AS payable,
                            coalesce(sum(amount_minor) FILTER (WHERE debit = 4 AND credit = 1), 0) AS withheld,
                            coalesce(sum(CASE debit WHEN 1 THEN amount_minor ELSE -amount_minor END)
                                     FILTER (WHERE (debit, credit) IN ((1, 5), (5, 1))), 0) AS tax
                       FROM settle.ledger_total t WHERE t.run_id = r.run_id) t
 CROSS JOIN LATERAL (SELECT coalesce(sum(CASE WHEN i.gross_minor < 0 THEN i.payable_minor
                                              ELSE greatest(i.payable_minor, 0) END), 0) AS payable,
                            coalesce(sum(greatest(i.withheld_minor, 0)), 0) AS withheld,
                            coalesce(sum(CASE WHEN i.gross_minor < 0 THEN i.tax_added_minor
                                              ELSE greatest(i.tax_added_minor, 0) END), 0) AS tax
                       FROM settle.invoice_issue s
                       JOIN settle.invoice i ON i.run_id = s.batch_run_id AND i.carrier_id = s.carrier_id
                      WHERE s.run_id = r.run_id AND NOT i.carried) i
 WHERE r.kind = 'issue' AND (t.payable, t.withheld, t.tax) IS DISTINCT FROM (i.payable, i.withheld, i.tax)
