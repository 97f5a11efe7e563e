-- From any fen back to the rule and the facts and forward to the invoice line, and from a fact to all that came
-- of it (docs/operations.md "From a fen to its facts"). Look up by distributor: every large key starts with it.

-- The tax rate of a version's amounts: invoices are one a rate. NULL: activated before this.
ALTER TABLE settle.policy ADD COLUMN tax_ppb bigint CHECK (tax_ppb >= 0);
GRANT INSERT (tax_ppb) ON settle.policy TO settle_runner, settle_approver;

-- One row a published transfer. order_*: the order it is for, with the file and line that said so; bill_*: of a
-- revenue share, the bill; window_*: of a volume bonus; invoice*, line: the invoice that carries it, if one does
-- yet (the postings of an issue: the invoice that was issued). taken_back: it lowers what was earned.
CREATE VIEW settle_view.transfer_lineage AS
SELECT t.run_id, r.business_date, c.code AS carrier, d.code AS distributor, k.kind, u.rule,
       (t.slot >> 4) & 4095 AS item, p.name AS policy, p.version AS policy_version,
       encode(p.hash, 'hex') AS policy_hash, a.account AS debit, b.account AS credit, t.credit = 1 AS taken_back,
       t.amount_minor, t.target_minor, p.currency AS currency_no, t.period, t.origin,
       o.upstream_id AS order_no, substr(g.code, strpos(g.code, E'\x1f') + 1) AS order_product,
       o.closing_at AS order_closed_at, o.paid_minor AS order_paid_minor, o.quantity AS order_quantity,
       ob.source AS order_source, o.batch_id AS order_batch_id, o.line AS order_line,
       l.month AS bill_month, l.revision AS bill_revision, l.billed_minor AS bill_billed_minor,
       l.cash_minor AS bill_cash_minor, l.arrears_minor AS bill_arrears_minor, lb.source AS bill_source,
       l.source_batch_id AS bill_batch_id, l.line AS bill_line,
       w.window_end, w.scope AS window_scope, w.measure AS window_measure,
       i.number AS invoice, i.batch AS invoice_batch, n.line AS invoice_line,
       t.distributor_id, CASE WHEN t.subject_id < 4611686018427387904 THEN t.subject_id END AS order_id,
       t.subject_id, t.slot
  FROM settle.transfer t
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.run r USING (run_id)
  JOIN settle.policy p USING (policy_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
  JOIN settle_view.kind k ON k.kind_no = t.kind
  JOIN settle_view.account a ON a.role = t.debit
  JOIN settle_view.account b ON b.role = t.credit
  LEFT JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.ordinal = t.slot >> 16 AND t.kind <= 4
  LEFT JOIN settle.closed_order o ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
  LEFT JOIN settle.batch ob ON ob.batch_id = o.batch_id
  LEFT JOIN settle.code g ON g.dim = 5 AND g.id = o.product_id
  LEFT JOIN settle.bill l
    ON t.kind = 3 AND l.distributor_id = t.distributor_id AND l.order_id = t.subject_id
   AND l.month = (o.closing_month + ((t.slot >> 4) & 4095) * interval '1 month')::date
   AND l.revision = t.revision AND NOT l.withdrawn
  LEFT JOIN settle.batch lb ON lb.batch_id = l.source_batch_id
  LEFT JOIN LATERAL (
      SELECT v.window_end, v.measure, s.code AS scope
        FROM settle.volume_posting v
        LEFT JOIN settle.code s
          ON s.dim IN (3, 4) AND s.id = v.scope_id
         AND s.dim = CASE WHEN EXISTS (SELECT 1 FROM settle.code m WHERE m.dim = 3 AND m.id = v.scope_id) THEN 3
                          ELSE 4 END
       WHERE t.kind = 4 AND v.distributor_id = t.distributor_id AND v.run_id = t.run_id
         AND v.policy_id = t.policy_id AND v.ordinal = t.slot >> 16
         AND v.scope_id = ((t.subject_id >> 12) & 268435455)::integer
         AND v.window_end = (date '1900-01-01' + ((t.subject_id & 4095)::integer * interval '1 month'))::date) w
    ON true
  LEFT JOIN LATERAL (
      SELECT x.number, x.batch, x.run_id, x.carrier_id, x.currency_no, x.tax_ppb
        FROM settle_view.invoice x
       WHERE t.kind <= 4 AND x.distributor_id = t.distributor_id AND x.carrier_id = p.carrier_id
         AND x.currency_no = p.currency AND x.tax_ppb = coalesce(p.tax_ppb, x.tax_ppb) AND x.after_run < t.run_id AND x.run_id >= t.run_id
         AND x.number IS NOT NULL
         AND EXISTS (SELECT 1 FROM settle.invoice_line y
                      WHERE y.distributor_id = x.distributor_id AND y.run_id = x.run_id
                        AND y.carrier_id = x.carrier_id AND y.currency = x.currency_no AND y.tax_ppb = x.tax_ppb
                        AND y.kind = t.kind AND y.class_id = t.class_id AND y.taken_back = (t.credit = 1)
                        AND y.withheld = (t.credit = 4))
       UNION ALL
      SELECT x.number, x.batch, x.run_id, x.carrier_id, x.currency_no, x.tax_ppb
        FROM (SELECT v.*, row_number() OVER (ORDER BY v.carrier_id, v.currency_no, v.tax_ppb) AS place
                FROM settle_view.invoice v
               WHERE t.kind = 5 AND v.distributor_id = t.distributor_id AND v.number IS NOT NULL
                 AND v.run_id = ((t.subject_id >> 20) & 1099511627775)::integer) x
       WHERE x.place = t.subject_id & 1048575
       ORDER BY 3 LIMIT 1) i ON true
  LEFT JOIN settle.invoice_line n
    ON n.distributor_id = t.distributor_id AND n.run_id = i.run_id AND n.carrier_id = i.carrier_id
   AND n.currency = i.currency_no AND n.tax_ppb = i.tax_ppb AND n.kind = t.kind AND n.class_id = t.class_id
   AND n.taken_back = (t.credit = 1) AND n.withheld = (t.credit = 4);

-- One row for every order and each transfer of it; an order without one has its reason, or waits.
CREATE VIEW settle_view.order_lineage AS
SELECT c.code AS carrier, d.code AS distributor, o.upstream_id AS order_no, o.closing_at, o.paid_minor,
       o.currency AS currency_no, b.source, o.batch_id, o.line, n.run_id AS settled_by, z.reason AS zero_because,
       t.run_id, t.business_date, t.kind, t.rule, t.item, t.policy_version, t.debit, t.credit, t.amount_minor,
       t.target_minor, t.period, t.origin, t.bill_month, t.bill_revision, t.invoice, t.invoice_line,
       o.distributor_id, o.order_id
  FROM settle.closed_order o
  JOIN settle.batch b USING (batch_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = o.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = o.distributor_id
  LEFT JOIN settle.batch_consumption n USING (batch_id)
  LEFT JOIN settle_view.zero z USING (distributor_id, closing_month, order_id)
  LEFT JOIN settle_view.transfer_lineage t
    ON t.distributor_id = o.distributor_id AND t.subject_id = o.order_id;

GRANT SELECT ON settle_view.transfer_lineage, settle_view.order_lineage
    TO settle_reader, settle_runner, settle_approver;
