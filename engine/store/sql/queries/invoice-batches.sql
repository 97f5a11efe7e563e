-- Batches of published runs with their invoices' sums, a row a currency. $1 carrier (NULL: any), $2 draft, approved,
-- issued, or open: not issued (NULL: any), $3 cut off up to that day (NULL: any), $4 these (RUN/CARRIER; none: any)
SELECT * FROM (
SELECT b.batch, b.cut_off::text, b.carrier, b.status, s.invoices, s.currency, s.net_minor, s.tax_minor, s.gross_minor, s.payable_minor, s.withheld_minor,
       s.brought_minor, s.covered_minor, s.left_minor,
       b.drafter, coalesce(l.actor, ''), x.run_id AS issued_by_run, b.run_id
  FROM settle_view.invoice_batch b
  JOIN LATERAL (SELECT i.currency, count(*) AS invoices, sum(i.net_minor)::bigint AS net_minor,
                       sum(i.tax_minor)::bigint AS tax_minor, sum(i.gross_minor)::bigint AS gross_minor,
                       sum(i.payable_minor + i.tax_added_minor)::bigint AS payable_minor,
                       sum(i.withheld_minor)::bigint AS withheld_minor, sum(i.brought_minor)::bigint AS brought_minor,
                       sum(i.covered_minor)::bigint AS covered_minor,
                       sum(i.left_minor)::bigint AS left_minor
                  FROM settle.invoice i
                 WHERE i.run_id = b.run_id AND i.carrier_id = b.carrier_id AND NOT i.carried
                 GROUP BY i.currency) s ON true
  LEFT JOIN settle.invoice_issue x ON x.batch_run_id = b.run_id AND x.carrier_id = b.carrier_id
  LEFT JOIN LATERAL (SELECT min(a.actor) AS actor FROM settle.control_log a
                      WHERE a.action = 'invoice-approve' AND a.subject = b.batch) l ON true
 WHERE b.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND ($1::text IS NULL OR b.carrier = $1) AND ($3::text IS NULL OR b.cut_off <= $3::date)
   AND (cardinality($4::text[]) = 0 OR b.batch = ANY ($4))) v
 WHERE $2::text IS NULL OR status = $2 OR $2 = 'open' AND status <> 'issued'
 ORDER BY run_id, carrier COLLATE "C", currency
