-- New bills of a chunk. $1 first batch, $2 last batch, $3 batches, $4, $5 distributors, $6, $7 months of the facts
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id, b.manager_id, b.quantity,
       b.closing_day, b.region_id, b.channel_id, b.currency, b.flags,
       b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.megabytes, b.minutes, b.month,
       b.issue_day, b.revision, b.withdrawn, b.follows, b.batch_id
  FROM settle.bill b
 WHERE b.batch_id BETWEEN $1 AND $2 AND b.batch_id = ANY ($3::integer[])
   AND b.distributor_id BETWEEN $4 AND $5 AND b.month BETWEEN $6 AND $7
