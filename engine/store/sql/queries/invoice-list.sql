-- Columns as invoice-row
-- Invoices of published runs. $1 carrier, $2 distributor, $3 batch run (0: any), $4 number, $5 status (NULL: any)
SELECT * FROM (
SELECT CASE WHEN i.carried THEN '' ELSE c.code || '-' || s.year || '-' || lpad((s.base + i.place)::text, 6, '0')
       END AS number,
       i.run_id || '/' || c.code AS batch, c.code AS carrier, d.code AS distributor, i.currency,
       i.tax_ppb, b.cut_off::text AS cut_off,
       CASE WHEN i.carried THEN 'carried'
            WHEN EXISTS (SELECT 1 FROM settle.invoice_issue x
                          WHERE x.batch_run_id = i.run_id AND x.carrier_id = i.carrier_id) THEN 'issued'
            WHEN EXISTS (SELECT 1 FROM settle.control_log l
                          WHERE l.action = 'invoice-approve' AND l.subject = i.run_id || '/' || c.code)
            THEN 'approved' ELSE 'draft' END AS status,
       i.lines, i.net_minor, i.tax_minor, i.gross_minor, i.payable_minor + i.tax_added_minor AS payable_minor,
       i.withheld_minor, i.brought_minor, i.covered_minor, i.left_minor, i.run_id,
       CASE WHEN i.gross_minor < 0 AND NOT i.carried THEN 'credit-note' ELSE 'invoice' END AS document
  FROM settle.invoice i
  JOIN settle.invoice_batch b USING (run_id, carrier_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = i.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = i.distributor_id
  LEFT JOIN settle.invoice_base s USING (run_id, chunk, carrier_id)
 WHERE i.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
   AND ($3::integer = 0 OR i.run_id = $3)) v
 WHERE ($4::text IS NULL OR number = $4) AND ($5::text IS NULL OR status = $5)
 ORDER BY run_id, carrier COLLATE "C", number = '', number COLLATE "C", distributor COLLATE "C", currency, tax_ppb
