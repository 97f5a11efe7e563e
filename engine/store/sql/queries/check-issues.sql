-- An issue run posted what the invoices of its batches say.
-- Columns as check-finding
SELECT r.run_id, 'issued invoices' AS place,
       format('posted are %s payable, %s withheld, %s tax; the invoices say %s, %s, %s', x.posted[1], x.posted[2],
              x.posted[3], x.invoiced[1], x.invoiced[2], x.invoiced[3]) AS finding
  FROM settle.run r
  JOIN settle.run_publication USING (run_id)
  LEFT JOIN (SELECT t.run_id,
                    ARRAY[coalesce(sum(CASE t.debit WHEN 2 THEN t.amount_minor ELSE -t.amount_minor END)
                                   FILTER (WHERE (t.debit, t.credit) IN ((2, 5), (5, 2))), 0),
                          coalesce(sum(t.amount_minor) FILTER (WHERE t.debit = 4 AND t.credit = 1), 0),
                          coalesce(sum(CASE t.debit WHEN 1 THEN t.amount_minor ELSE -t.amount_minor END)
                                   FILTER (WHERE (t.debit, t.credit) IN ((1, 5), (5, 1))), 0)] AS posted
               FROM settle.ledger_total t JOIN settle.run u ON u.run_id = t.run_id AND u.kind = 'issue'
              GROUP BY 1) t USING (run_id)
  LEFT JOIN (SELECT s.run_id,
                    ARRAY[sum(i.payable_minor), sum(i.withheld_minor), sum(i.tax_added_minor)] AS invoiced
               FROM settle.invoice_issue s
               JOIN settle.invoice i ON i.run_id = s.batch_run_id AND i.carrier_id = s.carrier_id
              WHERE NOT i.carried
              GROUP BY 1) i USING (run_id)
 CROSS JOIN LATERAL (SELECT coalesce(t.posted, '{0,0,0}') AS posted, coalesce(i.invoiced, '{0,0,0}') AS invoiced) x
 WHERE r.kind = 'issue' AND x.posted <> x.invoiced
