-- All rows of some orders that closed in one month: its partition alone is planned for. $1 month, $2 distributors,
-- $3 orders, $4, $5 first and last distributor
-- Columns as run-order
SELECT o.order_id, o.paid_minor, o.distributor_id, o.batch_id AS order_batch_id, o.product_id, o.manager_id, o.quantity,
       o.closing_day, o.region_id, o.channel_id, o.currency,
       (o.flags + (o.revision - 1) * 16 + o.withdrawn::integer * 8)::smallint AS flags
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.closed_order o ON o.distributor_id = k.distributor_id AND o.order_id = k.order_id
 WHERE o.closing_month = $1 AND o.distributor_id BETWEEN $4 AND $5
