-- An invoice batch's control totals are those of its invoices.
-- Columns as check-finding
SELECT b.run_id, format('invoice batch of carrier id %s', b.carrier_id) AS place,
       format('%s invoices, %s carried, net %s, tax %s, gross %s; control totals are %s, %s, %s, %s, %s',
              i.n, i.carried, i.net, i.tax, i.gross, b.invoices, b.carried, b.net_minor, b.tax_minor, b.gross_minor) AS finding
  FROM settle.invoice_batch b
  LEFT JOIN (SELECT run_id, carrier_id, count(*) FILTER (WHERE NOT carried) AS n,
                    count(*) FILTER (WHERE carried) AS carried, sum(net_minor) FILTER (WHERE NOT carried) AS net,
                    sum(tax_minor) FILTER (WHERE NOT carried) AS tax,
                    sum(gross_minor) FILTER (WHERE NOT carried) AS gross,
                    sum(withheld_minor) FILTER (WHERE NOT carried) AS withheld,
                    sum(payable_minor) FILTER (WHERE NOT carried) AS payable,
                    sum(lines) FILTER (WHERE NOT carried) AS lines
               FROM settle.invoice GROUP BY 1, 2) x USING (run_id, carrier_id)
 CROSS JOIN LATERAL (SELECT coalesce(x.n, 0) AS n, coalesce(x.carried, 0) AS carried, coalesce(x.net, 0) AS net,
                            coalesce(x.tax, 0) AS tax, coalesce(x.gross, 0) AS gross,
                            coalesce(x.withheld, 0) AS withheld, coalesce(x.payable, 0) AS payable,
                            coalesce(x.lines, 0) AS lines) i
 WHERE (i.n, i.carried, i.lines, i.net, i.tax, i.gross, i.withheld, i.payable) IS DISTINCT FROM
       (b.invoices, b.carried, b.lines, b.net_minor, b.tax_minor, b.gross_minor, b.withheld_minor, b.payable_minor)
