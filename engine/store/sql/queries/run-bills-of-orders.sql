-- The bills of some orders in one month: its partition alone is planned for, so that many orders are merged and few
-- looked up. $1 month, $2 distributors, $3 orders, $4, $5 first and last distributor; wanted: $6 manager, $7 region,
-- $8 channel, $9 cash, $10 arrears, $11 megabytes, $12 minutes; $13, $14 first and last order
-- Columns as run-order, run-bill
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id,
       CASE WHEN $6 THEN b.manager_id END AS manager_id, b.quantity, b.closing_day, CASE WHEN $7 THEN b.region_id END AS region_id,
       CASE WHEN $8 THEN b.channel_id END AS channel_id, b.currency, b.flags, b.billed_minor,
       CASE WHEN $9 THEN b.cash_minor END AS cash_minor, CASE WHEN $10 THEN b.arrears_minor END AS arrears_minor,
       CASE WHEN $11 THEN b.megabytes END AS megabytes, CASE WHEN $12 THEN b.minutes END AS minutes, b.month,
       b.issue_day, b.revision,
       (b.turn * 2 + b.withdrawn::integer)::smallint AS version, b.follows, b.batch_id,
       CASE WHEN b.source_batch_id <> b.batch_id THEN b.source_batch_id END AS source_batch_id
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.bill b ON b.distributor_id = k.distributor_id AND b.order_id = k.order_id
 WHERE b.month = $1 AND b.distributor_id BETWEEN $4 AND $5 AND b.order_id BETWEEN $13 AND $14
