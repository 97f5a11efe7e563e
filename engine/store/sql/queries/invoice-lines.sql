-- Columns as invoice-line-row
-- Lines of published invoices. $1 carrier, $2 distributor, $3 batch run (0: any), $4 number (NULL: any)
SELECT * FROM (
SELECT c.code || '-' || s.year || '-' || lpad((s.base + i.place)::text, 6, '0') AS number, l.line,
       l.kind, coalesce(k.code, '') AS class,
       CASE WHEN l.taken_back THEN 'taken-back' ELSE 'earned' END AS direction,
       CASE WHEN l.withheld THEN 'withheld' ELSE 'payable' END AS settled, l.transfers, l.net_minor,
       l.tax_minor, l.gross_minor, l.currency
  FROM settle.invoice_line l
  JOIN settle.invoice i USING (distributor_id, run_id, carrier_id, currency, tax_ppb)
  JOIN settle.invoice_base s USING (run_id, chunk, carrier_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = i.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = i.distributor_id
  LEFT JOIN settle.code k ON k.dim = 6 AND k.id = l.class_id
 WHERE i.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
   AND ($3::integer = 0 OR i.run_id = $3)) v
 WHERE $4::text IS NULL OR number = $4
 ORDER BY number COLLATE "C", line
