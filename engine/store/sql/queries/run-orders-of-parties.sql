-- Orders of some carriers, managers or products that closed on some days of a month. $1 month, $2 first closing day, $3 last
-- closing day, $4 carriers, $5 managers, $6 products, $7, $8 distributors; wanted: $9 manager, $10 region, $11 channel
-- Columns as run-order
SELECT order_id, paid_minor, distributor_id, batch_id AS order_batch_id, product_id, CASE WHEN $9 THEN manager_id END AS manager_id, quantity,
       closing_day, CASE WHEN $10 THEN region_id END AS region_id, CASE WHEN $11 THEN channel_id END AS channel_id, currency,
       (flags + (revision - 1) * 16 + withdrawn::integer * 8)::smallint AS flags
  FROM settle.closed_order
 WHERE closing_month = $1 AND closing_day BETWEEN $2 AND $3 AND distributor_id BETWEEN $7 AND $8
   AND (carrier_id = ANY ($4::integer[]) OR manager_id = ANY ($5::integer[]) OR product_id = ANY ($6::integer[]))
