-- What a carrier says of whole months (docs/semantics.md 2): that all bills of a month are delivered, and what it has
-- paid. And what volume windows, whose bonus is held back or awaits the carrier, stand at.

ALTER TABLE settle.batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE settle.batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('carriers', 'distributors', 'outlets',
    'managers', 'products', 'orders', 'bills', 'events', 'months', 'receipts'));

CREATE TABLE settle.month_complete (
    carrier_id integer NOT NULL,
    month      date NOT NULL,
    batch_id   integer NOT NULL,
    line       integer NOT NULL,
    PRIMARY KEY (carrier_id, month)
);

CREATE TABLE settle.receipt (
    distributor_id integer NOT NULL,
    receipt_id     bigint NOT NULL CHECK (receipt_id > 0 AND receipt_id < 4611686018427387904),
    batch_id       integer NOT NULL,
    line           integer NOT NULL,
    carrier_id     integer NOT NULL,
    month          date NOT NULL,          -- the origin period that is paid for
    currency       smallint NOT NULL,
    amount_minor   bigint NOT NULL CHECK (amount_minor <> 0),   -- below zero: taken back
    upstream_id    text NOT NULL,          -- the carrier's key of the receipt
    PRIMARY KEY (distributor_id, receipt_id)
);
CREATE INDEX receipt_by_id ON settle.receipt (receipt_id);

-- Of what a window stands at (target_minor) this much went through `held`, this much of it was released, and this
-- much was taken back of what had been released.
ALTER TABLE settle.volume_posting
    ADD COLUMN held_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN released_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN taken_minor bigint NOT NULL DEFAULT 0;

-- Instalments that wait, to be found by their carrier when it declares a month complete.
CREATE INDEX agenda_pending ON settle.agenda (carrier_id, bill_month) WHERE what = 3;

-- As before, but what goes to `held`, or back from it, is on no invoice: its release is.
CREATE OR REPLACE VIEW settle_view.transfer_lineage AS
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
       WHERE t.kind <= 4 AND t.credit <> 3 AND NOT (t.debit = 3 AND t.credit = 1)
         AND x.distributor_id = t.distributor_id AND x.carrier_id = p.carrier_id
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

GRANT SELECT ON settle.month_complete, settle.receipt TO settle_reader, settle_runner, settle_approver;
GRANT INSERT ON settle.month_complete, settle.receipt TO settle_runner;
GRANT INSERT (held_minor, released_minor, taken_minor) ON settle.volume_posting TO settle_runner;

DO $$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        FOREACH name IN ARRAY ARRAY['month_complete', 'receipt'] LOOP
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settle.%I '
                           'FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change()', name);
            EXECUTE format('ALTER TABLE settle.%I ENABLE ALWAYS TRIGGER append_only', name);
        END LOOP;
    END IF;
END
$$;
