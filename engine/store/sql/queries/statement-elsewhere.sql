-- The same of some orders in other months. caused_minor: of that, what was posted because of the month. $1 carrier id, $2 the month, $3 keys of orders, $4 currency
SELECT o.key_id, t.kind, t.origin,
       sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net_minor,
       coalesce(sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor END)
                FILTER (WHERE t.cause = $2::date), 0)::bigint AS caused_minor
  FROM settle.closed_order o
  JOIN settle.transfer t ON t.distributor_id = o.distributor_id AND t.subject_id = o.order_id
  JOIN settle.policy p ON p.policy_id = t.policy_id
  JOIN settle.run_publication q ON q.run_id = t.run_id
 WHERE o.key_id = ANY ($3::bigint[]) AND p.carrier_id = $1 AND t.origin <> $2::date AND t.kind IN (:order_kinds)
   AND p.currency = $4
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
