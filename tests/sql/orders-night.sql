-- What a good database engineer would write instead of the engine: a night of orders and bills as set operations, for
-- one range of distributors. tools/bench runs two sessions of it side by side, each with half of the orders,
-- into tables made like the engine's, and then compares all rows with the engine's: they must agree to the
-- fen.
--
-- psql variables: run, batch_first, batch_last, first, last (distributors), window (number of the month), bills (where
-- they are read: settle.bill, whose rows carry what is known of the order, or a view that joins the orders).
-- sqlway.rule and sqlway.product are prepared by the benchmark from the policies it generated.
\set ON_ERROR_STOP on
SET jit = off;
SET work_mem = '256MB';
SET max_parallel_workers_per_gather = 0;
BEGIN;
-- Upfront: one row an order, inserted in key order so that the index grows at its end.
INSERT INTO sqlway.transfer (distributor_id, period, subject_id, run_id, slot, amount_minor, target_minor,
                             policy_id, origin, cause, class_id, revision, kind, debit, credit)
SELECT o.distributor_id, o.closing_month, o.order_id, :run, (r.ordinal + 1) << 16, e.amount, e.amount,
       r.policy_id, o.closing_month, o.closing_month, p.class_id, 0, 1, 1, 2
  FROM settle.closed_order o
  JOIN sqlway.product p USING (product_id)
  JOIN sqlway.rule r ON r.carrier_id = p.carrier_id AND r.class_id = p.class_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN r.fixed_minor IS NOT NULL THEN r.fixed_minor * o.quantity
                   ELSE least((o.paid_minor * r.rate_ppm + 500000) / 1000000, r.cap_minor)
              END AS amount) e
 WHERE o.batch_id BETWEEN :batch_first AND :batch_last
   AND o.distributor_id BETWEEN :first AND :last
   AND e.amount > 0
 ORDER BY o.distributor_id, o.order_id;
-- Shares of the bills of the night.
INSERT INTO sqlway.transfer (distributor_id, period, subject_id, run_id, slot, amount_minor, target_minor,
                             policy_id, origin, cause, class_id, revision, kind, debit, credit)
SELECT b.distributor_id, b.month, b.order_id, :run,
       (4 << 16) | (((extract(year FROM b.month) * 12 + extract(month FROM b.month)) -
                  (extract(year FROM b.closing_day) * 12 + extract(month FROM b.closing_day)))::integer << 4),
       e.amount, e.amount, r.policy_id, b.month, b.month, p.class_id, b.revision, 3, 1, 2
  FROM :bills b
  JOIN sqlway.product p USING (product_id)
  JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r ON r.carrier_id = p.carrier_id
 CROSS JOIN LATERAL (SELECT least((b.billed_minor * 30000 + 500000) / 1000000, 500) AS amount) e
 WHERE b.batch_id BETWEEN :batch_first AND :batch_last
   AND b.distributor_id BETWEEN :first AND :last
   AND e.amount > 0
 ORDER BY b.distributor_id, b.order_id;
-- Volume: the measure, and the bonus of the month that ends.
INSERT INTO sqlway.window_change (distributor_id, window_end, carrier_id, what, rule, scope_kind, scope_id, policy_id,
                                  month, run_id, delta)
SELECT o.distributor_id, o.closing_month, o.carrier_id, 1, 5, 0, 0, r.policy_id, o.closing_month, :run, count(*)
  FROM settle.closed_order o
  JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r USING (carrier_id)
 WHERE o.batch_id BETWEEN :batch_first AND :batch_last
   AND o.distributor_id BETWEEN :first AND :last
 GROUP BY 1, 2, 3, r.policy_id;
INSERT INTO sqlway.transfer (distributor_id, period, subject_id, run_id, slot, amount_minor, target_minor,
                             policy_id, origin, cause, class_id, revision, kind, debit, credit)
SELECT distributor_id, window_end, 4611686018427387904 + (policy_id::bigint << 40) + :window, :run, 5 << 16,
       delta * pay, delta * pay, policy_id, window_end, window_end, 0, 0, 4, 1, 2
  FROM sqlway.window_change
 CROSS JOIN LATERAL (SELECT CASE WHEN delta >= 5000 THEN 400 WHEN delta >= 1000 THEN 300
                                 WHEN delta >= 300 THEN 200 WHEN delta >= 100 THEN 100 ELSE 0
                            END AS pay) t
 WHERE distributor_id BETWEEN :first AND :last AND pay > 0
 ORDER BY 1, 3;
INSERT INTO sqlway.ledger_total (distributor_id, month, run_id, policy_id, carrier_id, kind, class_id,
                                 period, origin, debit, credit, transfers, amount_minor)
SELECT t.distributor_id, t.period, t.run_id, t.policy_id, r.carrier_id, t.kind, t.class_id, t.period,
       t.origin, t.debit, t.credit, count(*), sum(t.amount_minor)::bigint
  FROM sqlway.transfer t
  JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r USING (policy_id)
 WHERE t.distributor_id BETWEEN :first AND :last
 GROUP BY t.distributor_id, t.run_id, t.policy_id, r.carrier_id, t.kind, t.class_id, t.period, t.origin,
          t.debit, t.credit;
COMMIT;
