-- The lines of a batch's invoices with their header, one a row; what the invoice as a whole comes to stands on its first
-- line only, so that columns add up. $1 run, $2 carrier code
SELECT c.code || '-' || s.year || '-' || lpad((s.base + i.place)::text, 6, '0') AS number,
       CASE WHEN i.gross_minor < 0 THEN 'credit-note' ELSE 'invoice' END, i.run_id || '/' || c.code,
       CASE WHEN EXISTS (SELECT 1 FROM settle.invoice_issue x
                          WHERE x.batch_run_id = i.run_id AND x.carrier_id = i.carrier_id) THEN 'issued'
            WHEN EXISTS (SELECT 1 FROM settle.control_log l
                          WHERE l.action = 'invoice-approve' AND l.subject = i.run_id || '/' || c.code)
            THEN 'approved' ELSE 'draft' END,
       b.cut_off::text, c.code, coalesce(cn.name, ''), d.code, coalesce(dn.name, ''), i.currency,
       trim_scale(i.tax_ppb::numeric / 10000000) || '%', l.line, k.kind, coalesce(z.code, ''),
       CASE WHEN l.taken_back THEN 'taken-back' ELSE 'earned' END,
       CASE WHEN l.withheld THEN 'withheld' ELSE 'payable' END, l.transfers, l.net_minor, l.tax_minor, l.gross_minor,
       CASE WHEN l.line = 1 THEN i.payable_minor + i.tax_added_minor END, CASE WHEN l.line = 1 THEN i.withheld_minor END,
       CASE WHEN l.line = 1 THEN i.brought_minor END, CASE WHEN l.line = 1 THEN i.covered_minor END,
       CASE WHEN l.line = 1 THEN i.left_minor END
  FROM settle.invoice i
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.invoice_line l USING (distributor_id, run_id, carrier_id, currency, tax_ppb)
  JOIN settle.invoice_base s USING (run_id, chunk, carrier_id)
  JOIN settle.invoice_batch b USING (run_id, carrier_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = i.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = i.distributor_id
  JOIN settle_view.kind k ON k.kind_no = l.kind
  LEFT JOIN settle.code z ON z.dim = 6 AND z.id = l.class_id
  LEFT JOIN LATERAL (SELECT name FROM settle.carrier_version v
                      WHERE v.carrier_id = i.carrier_id AND v.valid_from <= b.cut_off
                      ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) cn ON true
  LEFT JOIN LATERAL (SELECT name FROM settle.distributor_version v
                      WHERE v.distributor_id = i.distributor_id AND v.valid_from <= b.cut_off
                      ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) dn ON true
 WHERE i.run_id = $1 AND c.code = $2 AND NOT i.carried
 ORDER BY 1, l.line
