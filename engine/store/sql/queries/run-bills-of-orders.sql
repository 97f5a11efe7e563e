-- The bills of some orders, each looked for in some months by the key. $1 distributors, $2 orders, $3 first months,
-- $4 last months
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id, b.manager_id, b.quantity,
       b.closing_day, b.region_id, b.channel_id, b.currency, b.flags,
       b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.megabytes, b.minutes, b.month,
       b.issue_day, b.revision, b.withdrawn, b.follows, b.batch_id
  FROM unnest($1::integer[], $2::bigint[], $3::date[], $4::date[]) AS k (distributor_id, order_id, first, last)
 CROSS JOIN LATERAL (
       SELECT x.* FROM settle.bill x
        WHERE x.distributor_id = k.distributor_id AND x.order_id = k.order_id AND x.month BETWEEN k.first AND k.last
       OFFSET 0) b
