-- New orders of a chunk, in the order in which intake stored them. What no rule looks at is left out: a column costs
-- more to send than to store.
-- $1 first batch, $2 last batch, $3 batches, $4 first distributor, $5 last distributor, $6, $7 months of the facts;
-- wanted: $8 manager, $9 region, $10 channel
-- Columns as run-order
SELECT order_id, paid_minor, distributor_id, batch_id AS order_batch_id, product_id, CASE WHEN $8 THEN manager_id END AS manager_id, quantity,
       closing_day, CASE WHEN $9 THEN region_id END AS region_id, CASE WHEN $10 THEN channel_id END AS channel_id, currency,
       (flags + (revision - 1) * 16 + withdrawn::integer * 8)::smallint AS flags
  FROM settle.closed_order
 WHERE batch_id BETWEEN $1 AND $2 AND batch_id = ANY ($3::integer[])
   AND distributor_id BETWEEN $4 AND $5 AND closing_month BETWEEN $6 AND $7
