-- Old orders of managers that moved. $1 managers, $2 first closing month, $3 first closing day,
-- $4, $5 distributors
-- Columns as run-order
SELECT order_id, paid_minor, distributor_id, batch_id AS order_batch_id, product_id, manager_id, quantity, closing_day,
       region_id, channel_id, currency,
       (flags + (revision - 1) * 16 + withdrawn::integer * 8)::smallint AS flags
  FROM settle.closed_order
 WHERE manager_id = ANY ($1::integer[]) AND closing_month >= $2 AND closing_day >= $3
   AND distributor_id BETWEEN $4 AND $5
