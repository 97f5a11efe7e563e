-- New bills of a chunk. What no rule looks at is left out: a column costs more to send than to store.
-- $1 first batch, $2 last batch, $3 batches, $4, $5 distributors, $6, $7 months of the facts; wanted: $8 manager,
-- $9 region, $10 channel, $11 cash, $12 arrears, $13 megabytes, $14 minutes
-- Columns as run-order, run-bill
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id,
       CASE WHEN $8 THEN b.manager_id END AS manager_id, b.quantity, b.closing_day, CASE WHEN $9 THEN b.region_id END AS region_id,
       CASE WHEN $10 THEN b.channel_id END AS channel_id, b.currency, b.flags, b.billed_minor,
       CASE WHEN $11 THEN b.cash_minor END AS cash_minor, CASE WHEN $12 THEN b.arrears_minor END AS arrears_minor,
       CASE WHEN $13 THEN b.megabytes END AS megabytes, CASE WHEN $14 THEN b.minutes END AS minutes, b.month,
       b.issue_day, b.revision,
       (b.turn * 2 + b.withdrawn::integer)::smallint AS version, b.follows, b.batch_id,
       CASE WHEN b.source_batch_id <> b.batch_id THEN b.source_batch_id END AS source_batch_id
  FROM settle.bill b
 WHERE b.batch_id BETWEEN $1 AND $2 AND b.batch_id = ANY ($3::integer[])
   AND b.distributor_id BETWEEN $4 AND $5 AND b.month BETWEEN $6 AND $7
