-- The bills of some orders in one month: its partition alone is planned for, so that many orders are merged and few
-- looked up. $1 month, $2 distributors, $3 orders, $4, $5 first and last distributor
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id, b.manager_id, b.quantity,
       b.closing_day, b.region_id, b.channel_id, b.currency, b.flags,
       b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.megabytes, b.minutes, b.month,
       b.issue_day, b.revision, b.withdrawn, b.follows, b.batch_id
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.bill b ON b.distributor_id = k.distributor_id AND b.order_id = k.order_id
 WHERE b.month = $1 AND b.distributor_id BETWEEN $4 AND $5
