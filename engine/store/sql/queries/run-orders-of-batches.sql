-- New orders of a chunk, in the order in which intake stored them.
-- $1 first batch, $2 last batch, $3 batches, $4 first distributor, $5 last distributor, $6, $7 months of the facts
SELECT order_id, paid_minor, distributor_id, batch_id, product_id, manager_id, quantity, closing_day,
       region_id, channel_id, currency, flags
  FROM settle.closed_order
 WHERE batch_id BETWEEN $1 AND $2 AND batch_id = ANY ($3::integer[])
   AND distributor_id BETWEEN $4 AND $5 AND closing_month BETWEEN $6 AND $7
