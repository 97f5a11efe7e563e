-- As invoice-list, of distributors that a scoped login sees whole. $1 carrier, $2 distributor, $3 batch run (0: any),
-- $4 number, $5 status (NULL: any)
-- Columns as invoice-row
SELECT i.number, i.batch, i.carrier, i.distributor, i.currency_no AS currency, i.tax_ppb, i.cut_off::text AS cut_off,
       i.status, i.lines, i.net_minor, i.tax_minor, i.gross_minor, i.payable_minor, i.withheld_minor, i.brought_minor,
       i.covered_minor, i.left_minor, i.run_id, i.document
  FROM settle_scope.invoices($2) i
 WHERE ($1::text IS NULL OR i.carrier = $1) AND ($3::integer = 0 OR i.run_id = $3)
   AND ($4::text IS NULL OR i.number = $4) AND ($5::text IS NULL OR i.status = $5)
