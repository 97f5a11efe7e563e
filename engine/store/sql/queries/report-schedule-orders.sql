-- Settled orders of a range of distributors that closed in a month or later. $1, $2 distributors, $3 first closing month,
-- $4 the last settled night
SELECT o.order_id, o.paid_minor, o.distributor_id, o.batch_id, o.product_id, o.manager_id, o.quantity, o.closing_day,
       o.region_id, o.channel_id, o.currency, o.flags
  FROM settle.closed_order o
  JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
  JOIN settle.run_publication q ON q.run_id = n.run_id
 WHERE o.distributor_id BETWEEN $1 AND $2 AND o.closing_month >= $3 AND o.closing_day <= $4
   AND NOT o.withdrawn
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 ORDER BY o.distributor_id, o.order_id
