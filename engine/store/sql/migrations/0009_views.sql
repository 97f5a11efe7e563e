-- What auditors and reports read by SQL: published rows only, with names instead of ids. An order or window
-- can be followed from its facts to the invoice line and back (docs/operations.md has examples).

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

-- What engine/model/kind.h lists; the one place of the schema that knows it. commission: a rule earned it; subject: what
-- its transfers are for; by_bill: an item is a contract month and has a bill.
CREATE VIEW settle_view.kind AS
SELECT * FROM (VALUES (1::smallint, 'upfront', true, 'order', false), (2::smallint, 'deferred', true, 'order', false),
    (3::smallint, 'revenue-share', true, 'order', true), (4::smallint, 'volume-bonus', true, 'window', false),
    (5::smallint, 'invoice', false, 'invoice', false), (6::smallint, 'deposit', false, 'deposit', false))
    v (kind_no, kind, commission, subject, by_bill);

-- A deposit's transfers name no policy, those between cash and deposit of a distributor no carrier, of a carrier no
-- distributor: '' then. They are in yuan.
CREATE VIEW settle_view.transfer AS
SELECT t.run_id, r.business_date, coalesce(c.carrier, '') AS carrier, coalesce(d.distributor, '') AS distributor, k.kind,
       p.name AS policy, p.version AS policy_version, u.rule, t.distributor_id,
       CASE WHEN t.subject_id < 4611686018427387904 THEN t.subject_id END AS order_id,
       CASE WHEN k.subject = 'window' THEN (date '1900-01-01'
            + ((t.subject_id & 4095)::integer * interval '1 month'))::date END AS window_end,
       CASE WHEN k.subject = 'window' THEN ((t.subject_id >> 12) & 67108863)::integer END AS window_scope_id,
       (t.slot >> 4) & 4095 AS item, t.revision, t.period, t.origin, t.cause, a.account AS debit,
       b.account AS credit, coalesce(p.currency, 156::smallint) AS currency_no, t.amount_minor, t.target_minor, x.class,
       t.subject_id, t.slot, t.policy_id
  FROM settle.transfer t
  JOIN settle_view.run r USING (run_id)
  JOIN settle_view.kind k ON k.kind_no = t.kind
  LEFT JOIN settle.policy p USING (policy_id)
  LEFT JOIN settle_view.carrier c
    ON c.carrier_id = CASE WHEN k.subject = 'deposit' THEN (t.subject_id & 2147483647)::integer ELSE p.carrier_id END
  LEFT JOIN settle_view.distributor d ON d.distributor_id = t.distributor_id
  JOIN settle_view.account a ON a.role = t.debit
  JOIN settle_view.account b ON b.role = t.credit
  LEFT JOIN settle_view.class x USING (class_id)
  LEFT JOIN settle.policy_rule u
    ON u.policy_id = t.policy_id AND u.number = t.slot >> 16 AND k.commission;

-- A deposit belongs to one party: what covered a claim of a carrier left the distributor's one deposit, and the other
-- way round.
CREATE VIEW settle_view.balance AS
SELECT coalesce(c.carrier, '') AS carrier, coalesce(d.distributor, '') AS distributor,
       coalesce(p.currency, 156::smallint) AS currency_no, a.account, t.period, sum(x.amount)::bigint AS balance_minor
  FROM settle.ledger_total t
  JOIN settle_view.run r USING (run_id)
  LEFT JOIN settle.policy p USING (policy_id)
 CROSS JOIN LATERAL (VALUES (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) x (role, amount)
  LEFT JOIN settle_view.carrier c
    ON c.carrier_id = t.carrier_id AND NOT (x.role = 7 AND t.credit <> 1 AND t.distributor_id <> 0)
  LEFT JOIN settle_view.distributor d
    ON d.distributor_id = t.distributor_id AND NOT (x.role = 7 AND t.credit = 1)
  JOIN settle_view.account a ON a.role = x.role
 GROUP BY 1, 2, 3, 4, 5;

-- What an account stands at after each run that touched it, debit less credit; the latest run's row holds.
CREATE VIEW settle_view.account_balance AS
SELECT r.run_id, r.business_date, coalesce(c.carrier, '') AS carrier, coalesce(d.distributor, '') AS distributor,
       b.currency AS currency_no, a.account, b.balance_minor
  FROM settle.account_balance b
  JOIN settle_view.run r USING (run_id)
  LEFT JOIN settle_view.carrier c USING (carrier_id)
  LEFT JOIN settle_view.distributor d USING (distributor_id)
  JOIN settle_view.account a USING (role);

-- What ceilings, caps and tolerances take by now of what is earned. A finding that is tolerated takes nothing.
CREATE VIEW settle_view.cut AS
SELECT p.carrier, d.distributor, p.policy, p.version AS policy_version, u.rule, (c.slot >> 4) & 4095 AS item,
       CASE WHEN c.subject_id < 4611686018427387904 THEN c.subject_id END AS order_id, c.month,
       (ARRAY['ceiling', 'policy-ceiling', 'life-cap', 'finding'])[c.what] AS cut_by, c.earned_minor, c.cut_minor,
       p.currency_no, c.run_id, c.distributor_id, c.subject_id, c.slot
  FROM (SELECT DISTINCT ON (x.distributor_id, x.month, x.subject_id, x.slot, x.what) x.*
          FROM settle.cut x
          JOIN settle.run_publication q USING (run_id)
         ORDER BY x.distributor_id, x.month, x.subject_id, x.slot, x.what, x.run_id DESC) c
  JOIN (SELECT y.policy_id, y.name AS policy, y.version, y.currency AS currency_no, k.carrier
          FROM settle.policy y JOIN settle_view.carrier k USING (carrier_id)) p USING (policy_id)
  JOIN settle_view.distributor d USING (distributor_id)
  LEFT JOIN settle.policy_rule u ON u.policy_id = c.policy_id AND u.number = c.slot >> 16
 WHERE c.earned_minor > 0;

-- A carrier's invoices of a cycle, and how far they are.
CREATE VIEW settle_view.invoice_batch AS
SELECT b.run_id, b.carrier_id, c.carrier, b.run_id || '/' || c.carrier AS batch, b.cut_off, b.drafter,
       CASE WHEN EXISTS (SELECT 1 FROM settle.invoice_issue x
                          WHERE x.batch_run_id = b.run_id AND x.carrier_id = b.carrier_id) THEN 'issued'
            WHEN EXISTS (SELECT 1 FROM settle.control_log l WHERE l.action = 'invoice-approve'
                            AND l.subject = b.run_id || '/' || c.carrier) THEN 'approved'
            ELSE 'draft' END AS status
  FROM settle.invoice_batch b
  JOIN settle_view.run r USING (run_id)
  JOIN settle_view.carrier c USING (carrier_id);

CREATE VIEW settle_view.invoice AS
SELECT CASE WHEN NOT i.carried
            THEN b.carrier || '-' || s.year || '-' || lpad((s.base + i.place)::text, 6, '0') END AS number,
       b.batch, b.carrier, d.distributor, i.currency AS currency_no,
       i.tax_ppb, b.cut_off, CASE WHEN i.carried THEN 'carried' ELSE b.status END AS status,
       CASE WHEN i.gross_minor < 0 AND NOT i.carried THEN 'credit-note' ELSE 'invoice' END AS document,
       i.run_id, i.lines, i.transfers, i.net_minor, i.tax_minor, i.gross_minor,
       i.withheld_minor, i.payable_minor, i.tax_added_minor, i.distributor_id, i.carrier_id, i.brought_minor,
       i.covered_minor, i.left_minor,
       (ARRAY['half-away-from-zero', 'half-even', 'down'])[i.tax_rounding + 1] AS tax_rounding,
       (ARRAY['line', 'rate'])[i.tax_per] AS tax_per
  FROM settle.invoice i
  JOIN settle_view.invoice_batch b USING (run_id, carrier_id)
  JOIN settle_view.distributor d USING (distributor_id)
  LEFT JOIN settle.invoice_base s USING (run_id, chunk, carrier_id);

-- Which runs it binds: those after after_run, up to up_to_run.
CREATE VIEW settle_view.invoice_binding AS
SELECT i.number, i.batch, i.carrier, i.distributor, i.status, i.currency_no, i.tax_ppb, b.after_run, b.up_to_run,
       b.distributor_id, b.run_id, b.carrier_id
  FROM settle.invoice_binding b
  JOIN settle_view.invoice i ON i.distributor_id = b.distributor_id AND i.run_id = b.run_id
   AND i.carrier_id = b.carrier_id AND i.currency_no = b.currency AND i.tax_ppb = b.tax_ppb;

CREATE VIEW settle_view.invoice_line AS
SELECT i.number, i.batch, i.carrier, i.distributor, i.status, l.line, k.kind, x.class, l.taken_back,
       l.withheld, l.tax_included, l.transfers, l.net_minor, l.tax_minor, l.gross_minor,
       i.currency_no, i.tax_ppb
  FROM settle.invoice_line l
  JOIN settle_view.invoice i ON i.distributor_id = l.distributor_id AND i.run_id = l.run_id
   AND i.carrier_id = l.carrier_id AND i.currency_no = l.currency AND i.tax_ppb = l.tax_ppb
  JOIN settle_view.kind k ON k.kind_no = l.kind
  LEFT JOIN settle_view.class x USING (class_id);

-- A document beside the ledger: what it says (of transfers, net, tax, gross, withheld, brought, covered, payable, tax_added,
-- left; payable and left as docs/semantics.md 14.45 has them), and what these are by the totals of the runs that it binds,
-- its tax rounded line by line, and by the document before it; n_lines_off, lines_off_minor: how many of its lines are
-- other than these, and by how much; posted: what its issue posted of payable, withheld and tax_added, and to or from
-- other accounts. off_minor: all of these differences, without regard to their signs.
CREATE VIEW settle_view.invoice_check AS
SELECT v.*, v.lines_off_minor + (SELECT coalesce(sum(abs(d.says - d.ledger)), 0) FROM unnest(v.says[2:], v.ledger[2:]) d (says, ledger))
       + coalesce(abs(v.posted[1] - v.says[8]) + abs(v.posted[2] - v.says[5]) + abs(v.posted[3] - v.says[9]) + v.posted[4], 0)
       AS off_minor
  FROM (
SELECT i.distributor_id, i.run_id, i.carrier_id, i.currency, i.tax_ppb, i.carried, l.n_lines_off, l.lines_off_minor,
       ARRAY[i.transfers, i.net_minor, i.tax_minor, i.gross_minor, i.withheld_minor, i.brought_minor, i.covered_minor,
             i.payable_minor, i.tax_added_minor, i.left_minor]::numeric[] AS says,
       ARRAY[l.transfers, l.net, l.tax, l.net + l.tax, l.withheld, coalesce(b.leaves, 0), c.covered, w.payable,
             l.tax_added, CASE WHEN i.carried THEN 0 ELSE w.owed - w.payable END]::numeric[] AS ledger,
       CASE WHEN x.run_id IS NOT NULL THEN p.posted END AS posted
  FROM settle.invoice i
  JOIN settle_view.run r USING (run_id)
 CROSS JOIN LATERAL
       (SELECT coalesce(sum(y.transfers), 0) AS transfers, coalesce(sum(y.amount - y.tax_inside), 0) AS net,
               coalesce(sum(y.tax), 0) AS tax, coalesce(sum(y.amount) FILTER (WHERE y.withheld), 0) AS withheld,
               coalesce(sum(y.amount) FILTER (WHERE NOT y.withheld), 0) AS owed,
               coalesce(sum(y.tax - y.tax_inside), 0) AS tax_added,
               -- what is carried forward has no lines
               count(*) FILTER (WHERE CASE WHEN i.carried THEN v.line IS NOT NULL
                                      ELSE (y.transfers, y.amount - y.tax_inside, y.tax)
                                           IS DISTINCT FROM (v.transfers, v.net_minor, v.tax_minor) END) AS n_lines_off,
               coalesce(sum(abs(coalesce(y.amount - y.tax_inside, 0) - coalesce(v.net_minor, 0))
                            + abs(coalesce(y.tax, 0) - coalesce(v.tax_minor, 0)))
                        FILTER (WHERE NOT i.carried OR v.line IS NOT NULL), 0) AS lines_off_minor
          FROM (SELECT z.*, CASE WHEN z.tax_included THEN a.tax ELSE 0 END AS tax_inside, a.tax
                  FROM (SELECT t.kind, CASE WHEN k.subject = 'window' THEN 0 ELSE t.class_id END AS class_id,
                               t.credit = 1 AS taken_back, t.credit = 4 AS withheld, q.tax_included,
                               sum(t.transfers) AS transfers,
                               sum(CASE WHEN t.credit = 1 THEN -t.amount_minor ELSE t.amount_minor END) AS amount
                          FROM settle.invoice_binding g
                          JOIN settle.ledger_total t ON t.distributor_id = g.distributor_id
                           AND t.carrier_id = g.carrier_id AND t.run_id > g.after_run AND t.run_id <= g.up_to_run
                          JOIN settle.policy q USING (policy_id)
                          JOIN settle.run_publication u ON u.run_id = t.run_id
                          JOIN settle_view.kind k ON k.kind_no = t.kind AND k.commission
                         WHERE g.distributor_id = i.distributor_id AND g.run_id = i.run_id
                           AND g.carrier_id = i.carrier_id AND g.currency = i.currency AND g.tax_ppb = i.tax_ppb
                           AND q.currency = i.currency AND q.tax_ppb = i.tax_ppb
                           -- what goes to `held`, or back from it, is on no invoice: its release is
                           AND t.credit <> 3 AND NOT (t.debit = 3 AND t.credit = 1)
                         GROUP BY 1, 2, 3, 4, 5) z
                 CROSS JOIN LATERAL (SELECT 1000000000 + CASE WHEN z.tax_included THEN i.tax_ppb ELSE 0 END) o (one)
                 CROSS JOIN LATERAL (SELECT sign(z.amount) * div(2 * abs(z.amount) * i.tax_ppb + o.one, NULLIF(2 * o.one, 0))) a (tax)) y
          FULL JOIN (SELECT f.* FROM settle.invoice_line f
                      WHERE f.distributor_id = i.distributor_id AND f.run_id = i.run_id AND f.carrier_id = i.carrier_id
                        AND f.currency = i.currency AND f.tax_ppb = i.tax_ppb) v
            ON (v.kind, v.class_id, v.taken_back, v.withheld, v.tax_included)
             = (y.kind, y.class_id, y.taken_back, y.withheld, y.tax_included)) l
 CROSS JOIN LATERAL
       (SELECT coalesce(sum(t.amount_minor), 0) AS covered
          FROM settle.invoice_binding g
          JOIN settle.ledger_total t ON t.distributor_id = g.distributor_id AND t.carrier_id = g.carrier_id
           AND t.run_id > g.after_run AND t.run_id <= g.up_to_run
          JOIN settle.policy q USING (policy_id)
          JOIN settle.run_publication u ON u.run_id = t.run_id
         WHERE g.distributor_id = i.distributor_id AND g.run_id = i.run_id AND g.carrier_id = i.carrier_id
           AND g.currency = i.currency AND g.tax_ppb = i.tax_ppb AND q.currency = i.currency AND q.tax_ppb = i.tax_ppb
           AND t.debit = 7 AND t.credit = 2) c
  LEFT JOIN LATERAL
       (SELECT CASE WHEN b.carried THEN b.brought_minor ELSE b.left_minor END AS leaves
          FROM settle.invoice b
          JOIN settle.run_publication u USING (run_id)
         WHERE b.distributor_id = i.distributor_id AND b.carrier_id = i.carrier_id AND b.run_id < i.run_id
           AND b.currency = i.currency AND b.tax_ppb = i.tax_ppb
         ORDER BY b.run_id DESC LIMIT 1) b ON true
 CROSS JOIN LATERAL
       (SELECT h.owed, CASE WHEN i.carried OR l.net + l.tax < 0 THEN h.owed ELSE greatest(h.owed, -l.tax_added, 0) END AS payable
          FROM (SELECT l.owed + c.covered + i.brought_minor AS owed) h) w
  LEFT JOIN settle.invoice_issue s ON s.batch_run_id = i.run_id AND s.carrier_id = i.carrier_id AND NOT i.carried
  LEFT JOIN settle_view.run x ON x.run_id = s.run_id
  LEFT JOIN LATERAL
       (SELECT ARRAY[coalesce(sum(t.amount_minor * CASE 10 * t.debit + t.credit WHEN 25 THEN 1 WHEN 52 THEN -1 END), 0),
                     coalesce(sum(t.amount_minor * CASE 10 * t.debit + t.credit WHEN 41 THEN 1 WHEN 14 THEN -1 END), 0),
                     coalesce(sum(t.amount_minor * CASE 10 * t.debit + t.credit WHEN 15 THEN 1 WHEN 51 THEN -1 END), 0),
                     coalesce(sum(t.amount_minor) FILTER (WHERE 10 * t.debit + t.credit NOT IN (25, 52, 41, 14, 15, 51)
                                                             OR (q.carrier_id, q.currency, q.tax_ppb)
                                                                <> (i.carrier_id, i.currency, i.tax_ppb)), 0)] AS posted
          FROM (SELECT count(*) AS place
                  FROM settle.invoice j
                 WHERE j.distributor_id = i.distributor_id AND j.run_id = i.run_id AND NOT j.carried
                   AND (j.carrier_id, j.currency, j.tax_ppb) <= (i.carrier_id, i.currency, i.tax_ppb)) n
          JOIN (SELECT DISTINCT e.period FROM settle.ledger_total e
                 WHERE e.distributor_id = i.distributor_id AND e.run_id = x.run_id
                   AND e.month = date_trunc('month', x.business_date)::date) e ON true
          JOIN settle.transfer t ON t.distributor_id = i.distributor_id AND t.period = e.period AND t.run_id = x.run_id
           -- an invoice's subject: engine/model/subject.c
           AND t.subject_id = 4899916394579099648 + (i.run_id::bigint << 20) + n.place
          JOIN settle.policy q ON q.policy_id = t.policy_id) p ON x.run_id IS NOT NULL) v;

-- Rows of orders that were told again which do not hold: of an order's rows the highest (revision, withdrawn) that a
-- published night saw does, before any did the highest. Two rows of one revision are one that fell with its batch, and
-- what a withdrawal has against a row that is still to come says nothing yet: they hold where nothing else is left, as one
-- that is withdrawn. Of all other orders there is one row.
CREATE VIEW settle_view.order_row_over AS
SELECT x.distributor_id, x.closing_month, x.order_id, x.revision, x.withdrawn
  FROM (SELECT y.distributor_id, y.closing_month, y.order_id, y.revision, y.withdrawn,
               row_number() OVER (PARTITION BY y.distributor_id, y.closing_month, y.order_id
                                  ORDER BY y.to_come OR y.against AND y.same = 1, y.same > 1 OR y.against, y.revision DESC, y.withdrawn DESC) AS place
          FROM (SELECT o.distributor_id, o.closing_month, o.order_id, o.revision, o.withdrawn, q.run_id IS NULL AS to_come,
                       count(*) OVER (PARTITION BY o.distributor_id, o.closing_month, o.order_id, o.revision,
                                                   q.run_id IS NULL) AS same,
                       NOT o.withdrawn AND w.by_batch IS NOT NULL AS against
                  FROM (SELECT DISTINCT distributor_id, closing_month, order_id FROM settle.order_revised) r
                  JOIN settle.closed_order o USING (distributor_id, closing_month, order_id)
                  LEFT JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
                  LEFT JOIN settle.run_publication q ON q.run_id = n.run_id
                  LEFT JOIN settle.batch_withdrawal w ON w.by_batch = o.batch_id) y) x
 WHERE x.place > 1;

-- Orders that were taken in, with all that was told of them: of several rows of an order the one that holds does, unless
-- it is withdrawn. settled_by is the run that consumed their batch (NULL: not yet).
CREATE VIEW settle_view.closed_order AS
SELECT c.carrier, o.upstream_id, o.order_line, d.distributor, o.order_id, o.key_id, o.distributor_id, o.closing_month,
       o.closing_day, o.closing_at, o.quantity, o.paid_minor, o.currency AS currency_no, o.contract,
       b.source, o.batch_id, o.line AS file_line, n.run_id AS settled_by, (o.revision - 1) / 20 + 1 AS revision,
       o.withdrawn,
       NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn) AS holds
  FROM settle.closed_order o
  JOIN settle.batch b USING (batch_id)
  JOIN settle_view.carrier c USING (carrier_id)
  JOIN settle_view.distributor d USING (distributor_id)
  LEFT JOIN settle.batch_consumption n USING (batch_id);

-- What of the agenda still waits, each once, however often nights looked at it: orders (what 1), bills (2) and events (5)
-- whose day comes after the last night, as long as they stand; instalments and upfronts (3) that nothing decided since.
CREATE VIEW settle_view.agenda_waiting AS
(SELECT DISTINCT ON (a.carrier_id, a.distributor_id, a.what, a.order_id, a.closing_month, a.slot, a.bill_month, a.revision)
       a.carrier_id, a.distributor_id, a.what, a.order_id, a.closing_month, a.slot, a.bill_month, a.look_day
  FROM settle.agenda a
  JOIN settle_view.run r USING (run_id)
 WHERE a.look_day > (SELECT max(business_date) FROM settle.run_publication)
   AND CASE a.what
       WHEN 1 THEN EXISTS (
            SELECT 1 FROM settle.closed_order o
             WHERE o.distributor_id = a.distributor_id AND o.closing_month = a.closing_month AND o.order_id = a.order_id
               AND o.closing_day = a.look_day AND NOT o.withdrawn
               AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                                WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                                  AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn))
       WHEN 2 THEN EXISTS (
            SELECT 1 FROM settle.bill b
             WHERE b.distributor_id = a.distributor_id AND b.month = a.bill_month AND b.order_id = a.order_id
               AND b.revision = a.revision
             GROUP BY b.turn HAVING NOT bool_or(b.withdrawn))
       WHEN 5 THEN EXISTS (
            SELECT 1 FROM settle.event e
             WHERE e.distributor_id = a.distributor_id AND e.closing_month = a.closing_month AND e.order_id = a.order_id
               AND e.event_id & 2147483647 = a.slot AND NOT e.withdrawn
               AND NOT EXISTS (SELECT 1 FROM settle.event n
                                WHERE n.distributor_id = e.distributor_id AND n.closing_month = e.closing_month
                                  AND n.order_id = e.order_id AND n.event_id = e.event_id
                                  AND (n.revision, n.withdrawn) > (e.revision, e.withdrawn)))
       ELSE FALSE END
 ORDER BY a.carrier_id, a.distributor_id, a.what, a.order_id, a.closing_month, a.slot, a.bill_month, a.revision, a.run_id DESC)
UNION ALL
SELECT l.carrier_id, l.distributor_id, l.what, l.order_id, l.closing_month, l.slot, l.bill_month, l.look_day
  FROM (SELECT DISTINCT ON (a.carrier_id, a.distributor_id, a.order_id, a.slot)
               a.carrier_id, a.distributor_id, a.what, a.order_id, a.closing_month, a.slot, a.bill_month, a.look_day
          FROM settle.agenda a
          JOIN settle_view.run r USING (run_id)
         WHERE a.what IN (3, 4)
         ORDER BY a.carrier_id, a.distributor_id, a.order_id, a.slot, a.run_id DESC, a.what) l
 WHERE l.what = 3;

-- Bills and events that wait for their order.
CREATE VIEW settle_view.bill_waiting AS
SELECT w.carrier_id, w.contract, w.month, w.issue_day, w.source_batch_id, w.line
  FROM settle.bill_waiting w
 WHERE NOT EXISTS (SELECT 1 FROM settle.bill_found f
                    WHERE f.contract_id = w.contract_id AND f.currency = w.currency AND f.turn = w.turn
                      AND f.month = w.month AND f.revision = w.revision);

-- fits: orders of its id that it may be of; later: those that closed after it.
CREATE VIEW settle_view.event_waiting AS
SELECT w.carrier_id, w.upstream_id, w.order_upstream_id, w.order_line, w.closed_month, w.day, w.source_batch_id, w.line,
       o.fits, o.later
  FROM settle.event_waiting w,
       LATERAL (SELECT count(*) FILTER (WHERE o.closing_day <= w.day
                                          AND o.closing_month = coalesce(w.closed_month, o.closing_month)) AS fits,
                       count(*) FILTER (WHERE o.closing_day > w.day) AS later
                  FROM settle.closed_order o
                 WHERE o.key_id = w.key_id AND w.currency IN (0, o.currency) AND NOT o.withdrawn
                   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                                      AND v.order_id = o.order_id AND v.revision = o.revision
                                      AND v.withdrawn = o.withdrawn)) o
 WHERE NOT EXISTS (SELECT 1 FROM settle.event_found f
                    WHERE f.key_id = w.key_id AND f.event_id = w.event_id AND f.revision = w.revision);

-- Why an order was settled as zero (numbers: engine/model/outcome.h). Of its rows the last one holds; one without a
-- reason says that there is none any more.
CREATE VIEW settle_view.zero AS
SELECT o.distributor_id, o.closing_month, o.order_id, o.run_id, v.reason
  FROM settle.order_outcome o
  JOIN settle_view.run r USING (run_id)
  JOIN (VALUES (1::smallint, 'no-policy'), (2::smallint, 'currency'), (3::smallint, 'no-rule'),
               (4::smallint, 'zero'), (5::smallint, 'no-bills'), (6::smallint, 'overflow'),
               (7::smallint, 'not-active'), (8::smallint, 'not-sold'), (0::smallint, NULL)) v (outcome, reason)
    USING (outcome);

-- Rows that were not accepted and not released since. dismissed_*: a person said that the row needs nothing more.
CREATE VIEW settle_view.quarantine AS
SELECT k.batch_id, k.kind, k.source, k.business_date, k.line, k.field, k.value, k.reason, k.message, k.raw,
       l.actor AS dismissed_by, l.at AS dismissed_at, l.reason AS dismissed_because
  FROM settle.kept_row k
  LEFT JOIN settle.quarantine_dismissal d USING (batch_id, line)
  LEFT JOIN settle.control_log l USING (position);

-- Those that nobody dismissed; but a row that was rejected again in another batch, word for word and for the same reason
-- (its file came twice), counts once: where it came first by business date. times: how often it waits. Of equal rows of
-- one file each counts: they may be of several facts (ids that a spreadsheet has rounded).
CREATE VIEW settle_view.rejected AS
SELECT v.batch_id, v.kind, v.source, v.business_date, v.line, v.field, v.value, v.reason, v.message, v.raw, v.times
  FROM (SELECT q.batch_id, q.kind, q.source, q.business_date, q.line, q.field, q.value, q.reason, q.message, q.raw,
               count(*) OVER w AS times, row_number() OVER (w ORDER BY q.business_date, q.batch_id, q.line) AS place
          FROM (SELECT o.*, row_number() OVER (PARTITION BY o.batch_id, o.reason, o.raw ORDER BY o.line) AS nth
                  FROM settle.open_row o) q
        WINDOW w AS (PARTITION BY q.kind, q.header, q.reason, q.raw, q.nth,
                                  CASE WHEN q.raw IS NULL THEN q.batch_id END, CASE WHEN q.raw IS NULL THEN q.line END)) v
 WHERE v.place = 1;

-- Batches that somebody wants withdrawn: asked, approved, refused, or withdrawn (by which batch, whose business date says
-- with which night).
CREATE VIEW settle_view.withdrawal AS
SELECT w.batch_id, b.kind, b.source, b.business_date, w.state, w.asked_by, w.asked_at, w.reason, w.decided_by,
       w.decided_at, w.decided_because, w.by_batch
  FROM settle.withdrawal w JOIN settle.batch b USING (batch_id);

-- Submitted, and neither withdrawn nor active.
CREATE VIEW settle_view.policy_waiting AS
SELECT s.position AS submission, s.carrier, s.name, s.version, s.closing_from, s.closing_to, s.hash,
       s.actor AS submitted_by, s.at AS submitted_at
  FROM settle.policy_submission s
 WHERE NOT EXISTS (SELECT 1 FROM settle.control_log l
                    WHERE l.action = 'policy-withdraw' AND l.subject = s.position::text)
   AND NOT EXISTS (SELECT 1 FROM settle.policy p WHERE p.hash = s.hash);

-- From any fen back to the rule and the facts and forward to the invoice line, and from a fact to all that came of
-- it (docs/operations.md "From a fen to its facts"). Look up by distributor: every large key starts with it.
-- One row a published transfer. order_*: the order it is for, with the file and line that said so; bill_*: of a
-- revenue share, the bill; window_*: of a volume bonus; invoice*, line: the invoice that carries it, if one does
-- yet (the postings of an issue: the invoice that was issued). taken_back: it lowers what was earned.
CREATE VIEW settle_view.transfer_lineage AS
SELECT t.run_id, r.business_date, coalesce(c.code, '') AS carrier, coalesce(d.code, '') AS distributor, k.kind, u.rule,
       (t.slot >> 4) & 4095 AS item, p.name AS policy, p.version AS policy_version,
       encode(p.hash, 'hex') AS policy_hash, a.account AS debit, b.account AS credit, t.credit = 1 AND k.subject <> 'deposit' AS taken_back,
       t.amount_minor, t.target_minor, coalesce(p.currency, 156::smallint) AS currency_no, t.period, t.origin, t.cause,
       o.upstream_id AS order_no, o.order_line, substr(g.code, strpos(g.code, E'\x1f') + 1) AS order_product,
       o.closing_at AS order_closed_at, o.paid_minor AS order_paid_minor, o.quantity AS order_quantity,
       ob.source AS order_source, o.batch_id AS order_batch_id, o.line AS order_file_line,
       l.month AS bill_month, l.revision AS bill_revision, l.billed_minor AS bill_billed_minor,
       l.cash_minor AS bill_cash_minor, l.arrears_minor AS bill_arrears_minor, lb.source AS bill_source,
       l.source_batch_id AS bill_batch_id, l.line AS bill_file_line,
       w.window_end, w.scope AS window_scope, w.measure AS window_measure,
       i.number AS invoice, i.batch AS invoice_batch, n.line AS invoice_line,
       t.distributor_id, CASE WHEN t.subject_id < 4611686018427387904 THEN t.subject_id END AS order_id,
       t.subject_id, t.slot
  FROM settle.transfer t
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.run r USING (run_id)
  JOIN settle_view.kind k ON k.kind_no = t.kind
  LEFT JOIN settle.policy p USING (policy_id)
  LEFT JOIN settle.code c
    ON c.dim = 1 AND c.id = CASE WHEN k.subject = 'deposit' THEN (t.subject_id & 2147483647)::integer ELSE p.carrier_id END
  LEFT JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
  JOIN settle_view.account a ON a.role = t.debit
  JOIN settle_view.account b ON b.role = t.credit
  LEFT JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16 AND k.commission
  LEFT JOIN settle.closed_order o
    ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
  LEFT JOIN settle.batch ob ON ob.batch_id = o.batch_id
  LEFT JOIN settle.code g ON g.dim = 5 AND g.id = o.product_id
  LEFT JOIN settle.bill l
    ON k.by_bill AND l.distributor_id = t.distributor_id AND l.order_id = t.subject_id
   AND l.month = (o.closing_month + ((t.slot >> 4) & 4095) * interval '1 month')::date
   AND l.revision = t.revision AND NOT l.withdrawn
   AND NOT EXISTS (SELECT 1 FROM settle.bill n -- it came back, or was told again
                    WHERE n.distributor_id = l.distributor_id AND n.month = l.month AND n.order_id = l.order_id
                      AND n.revision = l.revision AND NOT n.withdrawn AND n.turn > l.turn)
  LEFT JOIN settle.batch lb ON lb.batch_id = l.source_batch_id
  LEFT JOIN LATERAL (
      SELECT v.window_end, v.measure, s.code AS scope
        FROM settle.window_posting v
        LEFT JOIN settle.code s ON s.dim = 2 + v.scope_kind AND s.id = v.scope_id AND v.scope_kind > 0
       WHERE k.subject = 'window' AND v.distributor_id = t.distributor_id AND v.run_id = t.run_id
         AND v.carrier_id = p.carrier_id AND v.rule = t.slot >> 16 AND v.item = (t.slot >> 4) & 4095
         AND v.scope_kind = ((t.subject_id >> 38) & 3)::smallint
         AND v.scope_id = ((t.subject_id >> 12) & 67108863)::integer
         AND v.window_end = (date '1900-01-01' + ((t.subject_id & 4095)::integer * interval '1 month'))::date) w
    ON true
  LEFT JOIN LATERAL (
      SELECT x.number, x.batch, x.run_id, x.carrier_id, x.currency_no, x.tax_ppb
        FROM settle_view.invoice x
       WHERE k.commission AND t.credit <> 3 AND NOT (t.debit = 3 AND t.credit = 1)
         AND x.distributor_id = t.distributor_id AND x.carrier_id = p.carrier_id
         AND x.currency_no = p.currency AND x.tax_ppb = coalesce(p.tax_ppb, x.tax_ppb)
         AND x.number IS NOT NULL
         AND EXISTS (SELECT 1 FROM settle.invoice_binding g
                      WHERE g.distributor_id = x.distributor_id AND g.run_id = x.run_id
                        AND g.carrier_id = x.carrier_id AND g.currency = x.currency_no AND g.tax_ppb = x.tax_ppb
                        AND g.after_run < t.run_id AND g.up_to_run >= t.run_id)
         AND EXISTS (SELECT 1 FROM settle.invoice_line y
                      WHERE y.distributor_id = x.distributor_id AND y.run_id = x.run_id
                        AND y.carrier_id = x.carrier_id AND y.currency = x.currency_no AND y.tax_ppb = x.tax_ppb
                        AND y.kind = t.kind AND y.class_id = t.class_id AND y.taken_back = (t.credit = 1)
                        AND y.withheld = (t.credit = 4) AND y.tax_included = p.tax_included)
       UNION ALL
      SELECT x.number, x.batch, x.run_id, x.carrier_id, x.currency_no, x.tax_ppb
        FROM (SELECT v.*, row_number() OVER (ORDER BY v.carrier_id, v.currency_no, v.tax_ppb) AS place
                FROM settle_view.invoice v
               WHERE k.subject = 'invoice' AND v.distributor_id = t.distributor_id AND v.number IS NOT NULL
                 AND v.run_id = ((t.subject_id >> 20) & 2147483647)::integer) x
       WHERE x.place = t.subject_id & 1048575
       ORDER BY 3 LIMIT 1) i ON true
  LEFT JOIN settle.invoice_line n
    ON n.distributor_id = t.distributor_id AND n.run_id = i.run_id AND n.carrier_id = i.carrier_id
   AND n.currency = i.currency_no AND n.tax_ppb = i.tax_ppb AND n.kind = t.kind AND n.class_id = t.class_id
   AND n.taken_back = (t.credit = 1) AND n.withheld = (t.credit = 4) AND n.tax_included = p.tax_included;

-- One row for every order and each transfer of it; an order without one has its reason, or waits.
CREATE VIEW settle_view.order_lineage AS
SELECT c.code AS carrier, d.code AS distributor, o.upstream_id AS order_no, o.order_line, o.closing_at, o.paid_minor,
       o.currency AS currency_no, b.source, o.batch_id, o.line AS file_line, n.run_id AS settled_by,
       CASE WHEN t.run_id IS NULL THEN z.reason END AS zero_because,
       t.run_id, t.business_date, t.kind, t.rule, t.item, t.policy_version, t.debit, t.credit, t.amount_minor,
       t.target_minor, t.period, t.origin, t.cause, t.bill_month, t.bill_revision, t.invoice, t.invoice_line,
       o.distributor_id, o.order_id
  FROM settle.closed_order o
  JOIN settle.batch b USING (batch_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = o.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = o.distributor_id
  LEFT JOIN settle.batch_consumption n USING (batch_id)
  LEFT JOIN settle_view.zero z
    ON z.distributor_id = o.distributor_id AND z.closing_month = o.closing_month AND z.order_id = o.order_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.zero y
                    WHERE y.distributor_id = z.distributor_id AND y.closing_month = z.closing_month
                      AND y.order_id = z.order_id AND y.run_id > z.run_id)
  LEFT JOIN settle_view.transfer_lineage t
    ON t.distributor_id = o.distributor_id AND t.subject_id = o.order_id
 WHERE NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn);

GRANT SELECT ON ALL TABLES IN SCHEMA settle_view TO settle_reader, settle_runner, settle_approver, settle_treasury;
GRANT SELECT ON settle_view.policy_waiting TO settle_author;
