-- Invoices of published runs. $1 carrier, $2 distributor, $3 batch run (0: any), $4 number, $5 status (NULL: any)
-- Columns as invoice-row
SELECT coalesce(i.number, '') AS number, i.batch, i.carrier, i.distributor, i.currency_no AS currency, i.tax_ppb,
       i.cut_off::text AS cut_off, i.status, i.lines, i.net_minor, i.tax_minor, i.gross_minor,
       i.payable_minor + i.tax_added_minor AS payable_minor, i.withheld_minor, i.brought_minor, i.covered_minor, i.left_minor,
       i.run_id, i.document
  FROM settle_view.invoice i
 WHERE i.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND ($1::text IS NULL OR i.carrier = $1) AND ($2::text IS NULL OR i.distributor = $2)
   AND ($3::integer = 0 OR i.run_id = $3) AND ($4::text IS NULL OR i.number = $4) AND ($5::text IS NULL OR i.status = $5)
 ORDER BY i.run_id, i.carrier COLLATE "C", i.number IS NULL, i.number COLLATE "C", i.distributor COLLATE "C", i.currency_no,
          i.tax_ppb
