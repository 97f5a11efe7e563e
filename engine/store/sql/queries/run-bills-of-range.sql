-- All bills of a range of distributors: many orders, so in one sweep. $1, $2 distributors, $3, $4 months
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id, b.manager_id, b.quantity,
       b.closing_day, b.region_id, b.channel_id, b.currency, b.flags,
       b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.megabytes, b.minutes, b.month,
       b.issue_day, b.revision, b.withdrawn, b.follows, b.batch_id
  FROM settle.bill b
 WHERE b.distributor_id BETWEEN $1 AND $2 AND b.month BETWEEN $3 AND $4
