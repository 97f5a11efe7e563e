-- All bills of some orders: few orders, so by key. $1 distributors, $2 orders, $3 first month
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id, b.manager_id, b.quantity,
       b.closing_day, b.region_id, b.channel_id, b.currency, b.flags,
       b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.megabytes, b.minutes, b.month,
       b.issue_day, b.revision, b.withdrawn, b.follows, b.batch_id
  FROM unnest($1::integer[], $2::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.bill b ON b.distributor_id = k.distributor_id AND b.order_id = k.order_id
 WHERE b.month >= $3
