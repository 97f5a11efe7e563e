-- As invoice-lines, of distributors that a scoped login sees whole. $1 carrier, $2 distributor, $3 batch run (0: any),
-- $4 number (NULL: any)
-- Columns as invoice-line-row
SELECT i.number, i.line, i.kind_no AS kind, i.class, CASE WHEN i.taken_back THEN 'taken-back' ELSE 'earned' END AS direction,
       CASE WHEN i.withheld THEN 'withheld' ELSE 'payable' END AS settled, i.transfers, i.net_minor, i.tax_minor, i.gross_minor,
       i.currency_no AS currency
  FROM settle_scope.invoice_lines($2) i
 WHERE ($1::text IS NULL OR i.carrier = $1) AND ($3::integer = 0 OR i.run_id = $3) AND ($4::text IS NULL OR i.number = $4)
