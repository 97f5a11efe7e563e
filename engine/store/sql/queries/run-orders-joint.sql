-- Orders of some distributors under one policy, with their place by closing time. $1 distributors, $2 carrier,
-- $3, $4 closing months, $5, $6 closing days
-- Columns as run-order
SELECT order_id, paid_minor, distributor_id, batch_id AS order_batch_id, product_id, manager_id, quantity, closing_day,
       region_id, channel_id, currency,
       (flags + (revision - 1) * 16 + withdrawn::integer * 8)::smallint AS flags,
       row_number() OVER (PARTITION BY distributor_id ORDER BY closing_at, order_id) AS rank
  FROM settle.closed_order
 WHERE distributor_id = ANY ($1::integer[]) AND carrier_id = $2 AND closing_month BETWEEN $3 AND $4
   AND closing_day BETWEEN $5 AND $6
