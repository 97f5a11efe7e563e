-- An invoice batch's control totals are those of its invoices.
SELECT b.run_id, format('invoice batch of carrier id %s', b.carrier_id),
       format('%s invoices, %s carried, net %s, tax %s, gross %s; control totals are %s, %s, %s, %s, %s',
              i.n, i.carried, i.net, i.tax, i.gross, b.invoices, b.carried, b.net_minor, b.tax_minor, b.gross_minor)
  FROM settle.invoice_batch b
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT carried) AS n, count(*) FILTER (WHERE carried) AS carried,
                            coalesce(sum(net_minor) FILTER (WHERE NOT carried), 0) AS net,
                            coalesce(sum(tax_minor) FILTER (WHERE NOT carried), 0) AS tax,
                            coalesce(sum(gross_minor) FILTER (WHERE NOT carried), 0) AS gross,
                            coalesce(sum(withheld_minor) FILTER (WHERE NOT carried), 0) AS withheld,
                            coalesce(sum(payable_minor) FILTER (WHERE NOT carried), 0) AS payable,
                            coalesce(sum(lines) FILTER (WHERE NOT carried), 0) AS lines
                       FROM settle.invoice i WHERE i.run_id = b.run_id AND i.carrier_id = b.carrier_id) i
 WHERE (i.n, i.carried, i.lines, i.net, i.tax, i.gross, i.withheld, i.payable) IS DISTINCT FROM
       (b.invoices, b.carried, b.lines, b.net_minor, b.tax_minor, b.gross_minor, b.withheld_minor, b.payable_minor)
