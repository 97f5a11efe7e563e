-- The lines of a batch's invoices with their header, one a row; what the invoice as a whole comes to stands on its first
-- line only, so that columns add up. $1 run, $2 carrier code
SELECT i.number, i.document, i.batch, i.status, i.cut_off::text, i.carrier, coalesce(cn.name, ''), i.distributor,
       coalesce(dn.name, ''), i.currency_no,
       trim_scale(i.tax_ppb::numeric / 10000000) || '%', l.line, k.kind, coalesce(z.code, ''),
       CASE WHEN l.taken_back THEN 'taken-back' ELSE 'earned' END,
       CASE WHEN l.withheld THEN 'withheld' ELSE 'payable' END, l.transfers, l.net_minor, l.tax_minor, l.gross_minor,
       CASE WHEN l.line = 1 THEN i.payable_minor + i.tax_added_minor END, CASE WHEN l.line = 1 THEN i.withheld_minor END,
       CASE WHEN l.line = 1 THEN i.brought_minor END, CASE WHEN l.line = 1 THEN i.covered_minor END,
       CASE WHEN l.line = 1 THEN i.left_minor END
  FROM settle_view.invoice i
  JOIN settle.invoice_line l ON l.distributor_id = i.distributor_id AND l.run_id = i.run_id AND l.carrier_id = i.carrier_id
                            AND l.currency = i.currency_no AND l.tax_ppb = i.tax_ppb
  JOIN settle_view.kind k ON k.kind_no = l.kind
  LEFT JOIN settle.code z ON z.dim = 6 AND z.id = l.class_id
  LEFT JOIN LATERAL (SELECT name FROM settle.carrier_version v
                      WHERE v.carrier_id = i.carrier_id AND v.valid_from <= i.cut_off
                      ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) cn ON true
  LEFT JOIN LATERAL (SELECT name FROM settle.distributor_version v
                      WHERE v.distributor_id = i.distributor_id AND v.valid_from <= i.cut_off
                      ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) dn ON true
 WHERE i.run_id = $1 AND i.carrier = $2 AND i.number IS NOT NULL
 ORDER BY 1, l.line
