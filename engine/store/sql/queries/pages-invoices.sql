-- A distributor's invoices, for its pages. $1 distributor
SELECT coalesce(i.number, ''), i.carrier, i.currency_no, i.cut_off::text, i.status, i.lines, i.net_minor, i.tax_minor,
       i.gross_minor, i.payable_minor + i.tax_added_minor, i.withheld_minor
  FROM settle_view.invoice i
 WHERE i.distributor_id = $1 AND i.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
 ORDER BY i.run_id, i.carrier COLLATE "C", i.number COLLATE "C", i.currency_no, i.tax_ppb
