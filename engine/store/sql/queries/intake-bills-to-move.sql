-- All bills of orders that are the first of their contract no more. $1 distributors, $2 orders
SELECT b.month, b.revision, b.issue_day, b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.minutes,
       b.megabytes, b.source_batch_id, b.line, b.turn,
       b.order_id, b.contract_id, b.distributor_id, b.order_batch_id, 'epoch'::timestamptz, b.closing_day,
       b.product_id, b.manager_id, b.quantity, b.paid_minor, b.region_id, b.channel_id, b.currency, b.flags
  FROM unnest($1::integer[], $2::bigint[]) AS n (distributor_id, order_id)
  JOIN settle.bill b USING (distributor_id, order_id)
 WHERE NOT b.withdrawn
   AND NOT EXISTS (SELECT 1 FROM settle.bill n
                    WHERE n.distributor_id = b.distributor_id AND n.order_id = b.order_id AND n.month = b.month
                      AND n.revision = b.revision AND (n.turn, n.withdrawn) > (b.turn, b.withdrawn))
 ORDER BY b.distributor_id, b.order_id, b.month, b.revision
