-- Orders of some distributors that closed on some days of a month. $1 month, $2 first closing day, $3 last closing day,
-- $4 distributors, $5, $6 the first and last of them; wanted: $7 manager, $8 region, $9 channel
-- Columns as run-order
SELECT order_id, paid_minor, distributor_id, batch_id AS order_batch_id, product_id, CASE WHEN $7 THEN manager_id END AS manager_id, quantity,
       closing_day, CASE WHEN $8 THEN region_id END AS region_id, CASE WHEN $9 THEN channel_id END AS channel_id, currency,
       (flags + (revision - 1) * 16 + withdrawn::integer * 8)::smallint AS flags
  FROM settle.closed_order
 WHERE closing_month = $1 AND closing_day BETWEEN $2 AND $3 AND distributor_id BETWEEN $5 AND $6
   AND distributor_id = ANY ($4::integer[])
