-- An invoice is the sum of its lines.
-- Columns as check-finding
SELECT i.run_id, format('invoice of distributor id %s, carrier id %s', i.distributor_id, i.carrier_id) AS place,
       format('%s lines with net %s, tax %s, gross %s over %s transfers; the invoice says %s, %s, %s, %s, %s',
              l.n, l.net, l.tax, l.gross, l.transfers, i.lines, i.net_minor, i.tax_minor, i.gross_minor, i.transfers) AS finding
  FROM settle.invoice i
  JOIN settle.run_publication USING (run_id)
 CROSS JOIN LATERAL (SELECT count(*) AS n, coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax,
                            coalesce(sum(gross_minor), 0) AS gross, coalesce(sum(transfers), 0) AS transfers
                       FROM settle.invoice_line l
                      WHERE l.distributor_id = i.distributor_id AND l.run_id = i.run_id AND l.carrier_id = i.carrier_id
                        AND l.currency = i.currency AND l.tax_ppb = i.tax_ppb) l
 WHERE i.lines <> l.n
    OR (NOT i.carried AND (l.net, l.tax, l.gross, l.transfers)
                          IS DISTINCT FROM (i.net_minor, i.tax_minor, i.gross_minor, i.transfers))
