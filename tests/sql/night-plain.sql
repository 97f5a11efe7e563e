-- What is written first: one INSERT ... SELECT a kind into tables with their keys in place, two legs an entry, and a row for
-- each instalment to come. One session, one transaction. tools/bench compares the sums of each kind with the engine's.
--
-- psql variables: run, batch_first, batch_last.
\set ON_ERROR_STOP on
SET jit = off;
SET work_mem = '256MB';
CREATE TABLE sqlway.leg (
    subject_id bigint, kind smallint, number smallint, account smallint, run_id integer, distributor_id integer,
    period date, policy_id integer, class_id smallint, amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (subject_id, kind, number, account)
);
CREATE TABLE sqlway.instalment (
    order_id bigint, number smallint, due date NOT NULL, amount_minor bigint NOT NULL,
    PRIMARY KEY (order_id, number)
);
BEGIN;
INSERT INTO sqlway.leg
SELECT o.order_id, 1, 0, a.account, :run, o.distributor_id, o.closing_month, r.policy_id, p.class_id, e.amount
  FROM settle.closed_order o
  JOIN sqlway.product p USING (product_id)
  JOIN sqlway.rule r ON r.carrier_id = p.carrier_id AND r.class_id = p.class_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN r.fixed_minor IS NOT NULL THEN r.fixed_minor * o.quantity
                   ELSE least((o.paid_minor * r.rate_ppm + 500000) / 1000000, r.cap_minor)
              END AS amount) e
 CROSS JOIN (VALUES (1), (2)) a (account)
 WHERE o.batch_id BETWEEN :batch_first AND :batch_last AND e.amount > 0;
INSERT INTO sqlway.instalment
SELECT o.order_id, i.number, (o.closing_month + make_interval(months => i.months))::date + 27,
       CASE WHEN i.fixed_minor > 0 THEN i.fixed_minor * o.quantity ELSE (o.paid_minor * i.rate_ppm + 500000) / 1000000 END
  FROM settle.closed_order o
  JOIN sqlway.product p USING (product_id)
  JOIN settle.code k ON k.dim = 6 AND k.id = p.class_id AND k.code IN ('plan', 'phone', 'broadband')
 CROSS JOIN (VALUES (1, 1, 1000, 0), (2, 3, 0, 10000), (3, 6, 0, 10000)) i (number, months, fixed_minor, rate_ppm)
 WHERE o.batch_id BETWEEN :batch_first AND :batch_last;
INSERT INTO sqlway.leg
SELECT b.order_id, 3, (extract(year FROM age(b.month, date_trunc('month', b.closing_day))) * 12 +
                       extract(month FROM age(b.month, date_trunc('month', b.closing_day))))::smallint,
       a.account, :run, b.distributor_id, b.month, r.policy_id, p.class_id, e.amount
  FROM sqlway.bill_with_order b
  JOIN sqlway.product p USING (product_id)
  JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r ON r.carrier_id = p.carrier_id
 CROSS JOIN LATERAL (SELECT least((b.billed_minor * 30000 + 500000) / 1000000, 500) AS amount) e
 CROSS JOIN (VALUES (1), (2)) a (account)
 WHERE b.batch_id BETWEEN :batch_first AND :batch_last AND e.amount > 0;
INSERT INTO sqlway.leg
SELECT 4611686018427387904 + (v.policy_id::bigint << 40) + v.distributor_id, 4, 0, a.account, :run, v.distributor_id,
       v.closing_month, v.policy_id, 0, v.orders * v.pay
  FROM (SELECT o.distributor_id, o.closing_month, r.policy_id, count(*) AS orders,
               CASE WHEN count(*) >= 5000 THEN 400 WHEN count(*) >= 1000 THEN 300
                    WHEN count(*) >= 300 THEN 200 WHEN count(*) >= 100 THEN 100 ELSE 0 END AS pay
          FROM settle.closed_order o
          JOIN (SELECT DISTINCT policy_id, carrier_id FROM sqlway.rule) r USING (carrier_id)
         WHERE o.batch_id BETWEEN :batch_first AND :batch_last
         GROUP BY 1, 2, 3) v
 CROSS JOIN (VALUES (1), (2)) a (account)
 WHERE v.pay > 0;
COMMIT;
