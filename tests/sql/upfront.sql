-- What a good database engineer would write instead: the upfront commission and the volume measure of a
-- month's orders as set operations, for one range of distributors. tools/bench runs two sessions of it side
-- by side, each with half of the distributors, into tables made like the engine's, and compares the rows
-- with the engine's: they must agree to the fen.
--
-- psql variables: run, batch_first, batch_last, first, last (distributors).
-- rule (carrier_id, class_id, ordinal, policy_id, fixed_minor, rate_ppm, cap_minor) is prepared by the
-- benchmark from the policies it generated.
\set ON_ERROR_STOP on
SET jit = off;
SET work_mem = '256MB';
SET max_parallel_workers_per_gather = 0;
BEGIN;
INSERT INTO sqlway.transfer (distributor_id, period, subject_id, run_id, slot, amount_minor, target_minor,
                             policy_id, origin, class_id, revision, kind, debit, credit)
SELECT o.distributor_id, o.closing_month, o.order_id, :run, r.ordinal << 16, e.amount, e.amount,
       r.policy_id, o.closing_month, p.class_id, 0, 1, 1, 2
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
INSERT INTO sqlway.ledger_total (distributor_id, month, run_id, policy_id, carrier_id, kind, class_id,
                                 period, origin, debit, credit, transfers, amount_minor)
SELECT distributor_id, date_trunc('month', max(period))::date, run_id, t.policy_id, r.carrier_id, kind,
       t.class_id, period, origin, debit, credit, count(*), sum(amount_minor)::bigint
  FROM sqlway.transfer t
  JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r USING (policy_id)
 WHERE distributor_id BETWEEN :first AND :last
 GROUP BY distributor_id, run_id, t.policy_id, r.carrier_id, kind, t.class_id, period, origin, debit,
          credit;
INSERT INTO sqlway.volume_delta (distributor_id, window_end, policy_id, ordinal, scope_id, run_id, delta)
SELECT o.distributor_id, o.closing_month, r.policy_id, 4, 0, :run, count(*)
  FROM settle.closed_order o
  JOIN sqlway.product p USING (product_id)
  JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r USING (carrier_id)
 WHERE o.batch_id BETWEEN :batch_first AND :batch_last
   AND o.distributor_id BETWEEN :first AND :last
 GROUP BY 1, 2, 3;
COMMIT;
