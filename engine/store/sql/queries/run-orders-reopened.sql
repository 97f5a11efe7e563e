-- Orders of a carrier that may have been decided because one of its months was complete, which it is no more.
-- $1 carrier, $2, $3 closing months, $4, $5 distributors
-- Columns as run-order
SELECT order_id, paid_minor, distributor_id, batch_id AS order_batch_id, product_id, manager_id, quantity, closing_day,
       region_id, channel_id, currency,
       (flags + (revision - 1) * 16 + withdrawn::integer * 8)::smallint AS flags
  FROM settle.closed_order
 WHERE carrier_id = $1 AND closing_month BETWEEN $2 AND $3 AND distributor_id BETWEEN $4 AND $5
