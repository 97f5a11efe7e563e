-- The lines of a distributor's invoices, for its pages. $1 distributor
SELECT i.number, l.line, l.currency, k.kind, coalesce(x.class, ''), CASE WHEN l.taken_back THEN 'taken-back' ELSE 'earned' END,
       CASE WHEN l.withheld THEN 'withheld' ELSE 'payable' END, l.transfers, l.net_minor, l.tax_minor, l.gross_minor
  FROM settle.invoice_line l
  JOIN settle_view.invoice i ON i.distributor_id = l.distributor_id AND i.run_id = l.run_id AND i.carrier_id = l.carrier_id
   AND i.currency_no = l.currency AND i.tax_ppb = l.tax_ppb
  JOIN settle_view.kind k ON k.kind_no = l.kind
  LEFT JOIN settle_view.class x USING (class_id)
 WHERE l.distributor_id = $1 AND i.distributor_id = $1 AND i.number IS NOT NULL
   AND i.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
 ORDER BY l.run_id, i.number COLLATE "C", l.line
