-- What auditors and reports read by SQL: published rows only, with names instead of ids. An order or window
-- can be followed from its facts to the invoice line and back (docs/operations.md has examples).

GRANT USAGE ON SCHEMA settle_view TO settle_reader, settle_runner, settle_approver;

-- Runs whose rows are visible.
CREATE VIEW settle_view.run AS
SELECT r.run_id, r.kind, p.business_date, p.facts, p.settled, p.zero, p.waiting, p.due, p.transfers,
       p.invoices, r.control_position, r.calculation, r.engine, r.actor, r.at AS started_at,
       p.at AS published_at, encode(p.digest, 'hex') AS digest, encode(p.previous, 'hex') AS previous
  FROM settle.run_publication p JOIN settle.run r USING (run_id);

CREATE VIEW settle_view.carrier AS
SELECT id AS carrier_id, code AS carrier FROM settle.code WHERE dim = 1;
CREATE VIEW settle_view.distributor AS
SELECT id AS distributor_id, code AS distributor FROM settle.code WHERE dim = 2;
CREATE VIEW settle_view.class AS
SELECT id::smallint AS class_id, code AS class FROM settle.code WHERE dim = 6;

CREATE VIEW settle_view.account AS
SELECT * FROM (VALUES (1::smallint, 'carrier'), (2::smallint, 'distributor'), (3::smallint, 'held'),
    (4::smallint, 'withheld'), (5::smallint, 'invoiced'), (6::smallint, 'cash'), (7::smallint, 'deposit'),
    (8::smallint, 'fee')) v (role, account);
CREATE VIEW settle_view.kind AS
SELECT * FROM (VALUES (1::smallint, 'upfront'), (2::smallint, 'deferred'), (3::smallint, 'revenue-share'),
    (4::smallint, 'volume-bonus'), (5::smallint, 'invoice')) v (kind_no, kind);

-- One row a posting. order_id joins settle_view.closed_order; item is the instalment or contract month;
-- revision that of the bill it comes from (0: from the order itself).
CREATE VIEW settle_view.transfer AS
SELECT t.run_id, r.business_date, c.carrier, d.distributor, k.kind, p.name AS policy,
       p.version AS policy_version, u.rule, t.distributor_id,
       CASE WHEN t.subject_id < 4611686018427387904 THEN t.subject_id END AS order_id,
       CASE WHEN t.kind = 4 THEN (date '1900-01-01'
            + ((t.subject_id & 4095)::integer * interval '1 month'))::date END AS window_end,
       CASE WHEN t.kind = 4 THEN ((t.subject_id >> 12) & 268435455)::integer END AS window_scope_id,
       (t.slot >> 4) & 4095 AS item, t.revision, t.period, t.origin, a.account AS debit,
       b.account AS credit, p.currency AS currency_no, t.amount_minor, t.target_minor, x.class,
       t.subject_id, t.slot, t.policy_id
  FROM settle.transfer t
  JOIN settle_view.run r USING (run_id)
  JOIN settle.policy p USING (policy_id)
  JOIN settle_view.carrier c ON c.carrier_id = p.carrier_id
  JOIN settle_view.distributor d USING (distributor_id)
  JOIN settle_view.kind k ON k.kind_no = t.kind
  JOIN settle_view.account a ON a.role = t.debit
  JOIN settle_view.account b ON b.role = t.credit
  LEFT JOIN settle_view.class x USING (class_id)
  LEFT JOIN settle.policy_rule u
    ON u.policy_id = t.policy_id AND u.ordinal = t.slot >> 16 AND t.kind <= 4;

-- Balances, debit positive, from the totals that stand beside the transfers.
CREATE VIEW settle_view.balance AS
SELECT c.carrier, d.distributor, p.currency AS currency_no, a.account, t.period,
       sum(x.amount)::bigint AS balance_minor
  FROM settle.ledger_total t
  JOIN settle_view.run r USING (run_id)
  JOIN settle.policy p USING (policy_id)
  JOIN settle_view.carrier c ON c.carrier_id = t.carrier_id
  JOIN settle_view.distributor d USING (distributor_id)
 CROSS JOIN LATERAL (VALUES (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) x (role, amount)
  JOIN settle_view.account a ON a.role = x.role
 GROUP BY c.carrier, d.distributor, p.currency, a.account, t.period;

CREATE VIEW settle_view.invoice AS
SELECT CASE WHEN NOT i.carried
            THEN c.carrier || '-' || s.year || '-' || lpad((s.base + i.place)::text, 6, '0') END AS number,
       i.run_id || '/' || c.carrier AS batch, c.carrier, d.distributor, i.currency AS currency_no,
       i.tax_ppb, b.cut_off,
       CASE WHEN i.carried THEN 'carried'
            WHEN EXISTS (SELECT 1 FROM settle.invoice_issue x
                          WHERE x.batch_run_id = i.run_id AND x.carrier_id = i.carrier_id) THEN 'issued'
            WHEN EXISTS (SELECT 1 FROM settle.control_log l WHERE l.action = 'invoice-approve'
                            AND l.subject = i.run_id || '/' || c.carrier) THEN 'approved'
            ELSE 'draft' END AS status,
       i.after_run, i.run_id, i.lines, i.transfers, i.net_minor, i.tax_minor, i.gross_minor,
       i.withheld_minor, i.payable_minor, i.tax_added_minor, i.distributor_id, i.carrier_id
  FROM settle.invoice i
  JOIN settle_view.run r USING (run_id)
  JOIN settle.invoice_batch b USING (run_id, carrier_id)
  JOIN settle_view.carrier c USING (carrier_id)
  JOIN settle_view.distributor d USING (distributor_id)
  LEFT JOIN settle.invoice_base s USING (run_id, chunk, carrier_id);

CREATE VIEW settle_view.invoice_line AS
SELECT i.number, i.batch, i.carrier, i.distributor, i.status, l.line, k.kind, x.class, l.taken_back,
       l.withheld, l.tax_included, l.transfers, l.net_minor, l.tax_minor, l.gross_minor,
       i.currency_no, i.tax_ppb
  FROM settle.invoice_line l
  JOIN settle_view.invoice i ON i.distributor_id = l.distributor_id AND i.run_id = l.run_id
   AND i.carrier_id = l.carrier_id AND i.currency_no = l.currency AND i.tax_ppb = l.tax_ppb
  JOIN settle_view.kind k ON k.kind_no = l.kind
  LEFT JOIN settle_view.class x USING (class_id);

-- Orders that were taken in; settled_by is the run that consumed their batch (NULL: not yet).
CREATE VIEW settle_view.closed_order AS
SELECT c.carrier, o.upstream_id, d.distributor, o.order_id, o.distributor_id, o.closing_month,
       o.closing_day, o.closing_at, o.quantity, o.paid_minor, o.currency AS currency_no, o.contract,
       b.source, o.batch_id, o.line, n.run_id AS settled_by
  FROM settle.closed_order o
  JOIN settle.batch b USING (batch_id)
  JOIN settle_view.carrier c USING (carrier_id)
  JOIN settle_view.distributor d USING (distributor_id)
  LEFT JOIN settle.batch_consumption n USING (batch_id);

-- Why an order was settled as zero (numbers: engine/model/outcome.h).
CREATE VIEW settle_view.zero AS
SELECT o.distributor_id, o.closing_month, o.order_id, o.run_id, v.reason
  FROM settle.order_outcome o
  JOIN settle_view.run r USING (run_id)
  JOIN (VALUES (1::smallint, 'no-policy'), (2::smallint, 'currency'), (3::smallint, 'no-rule'),
               (4::smallint, 'zero'), (5::smallint, 'no-bills'), (6::smallint, 'overflow')) v (outcome, reason)
    USING (outcome);

-- Rows that were not accepted and not released since.
CREATE VIEW settle_view.quarantine AS
SELECT q.batch_id, b.kind, b.source, b.business_date, q.line, q.field, q.value, q.reason, q.message, q.raw
  FROM settle.quarantine q JOIN settle.batch b USING (batch_id)
 WHERE NOT EXISTS (SELECT 1 FROM settle.quarantine_release r
                    WHERE r.batch_id = q.batch_id AND r.line = q.line);

GRANT SELECT ON ALL TABLES IN SCHEMA settle_view TO settle_reader, settle_runner, settle_approver;
