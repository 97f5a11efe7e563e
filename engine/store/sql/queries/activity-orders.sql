-- A distributor's settled orders of some closing months, each with what its slots stand at; orders by closing time,
-- slots ascending; one row without a slot for an order that nothing was posted for. $1 distributor, $2, $3 months
SELECT o.order_id, o.upstream_id, to_char(o.closing_at AT TIME ZONE $4::text, 'YYYY-MM-DD"T"HH24:MI:SS'), o.closing_day,
       o.closing_month, o.manager_id, o.product_id, o.paid_minor, o.quantity, o.currency, o.carrier_id,
       t.policy_id, t.slot, t.kind, t.net, t.held, t.back, coalesce(z.reason, '')
  FROM settle.closed_order o
  JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
  LEFT JOIN LATERAL (
      SELECT x.policy_id, x.slot >> 4 << 4 AS slot, x.kind,
             sum(CASE WHEN x.debit = 1 THEN x.amount_minor WHEN x.credit = 1 THEN -x.amount_minor ELSE 0 END)::bigint AS net,
             sum(CASE WHEN x.credit = 3 THEN x.amount_minor WHEN x.debit = 3 THEN -x.amount_minor ELSE 0 END)::bigint AS held,
             sum(CASE WHEN x.credit = 1 THEN x.amount_minor ELSE 0 END)::bigint AS back
        FROM settle.transfer x
       WHERE x.distributor_id = o.distributor_id AND x.subject_id = o.order_id AND x.period >= o.closing_month
         AND x.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
         AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = x.run_id)
       GROUP BY 1, 2, 3) t ON true
  LEFT JOIN LATERAL (SELECT v.reason FROM settle_view.zero v
                      WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                        AND v.order_id = o.order_id ORDER BY 1 LIMIT 1) z ON t.slot IS NULL
 WHERE o.distributor_id = $1 AND o.closing_month BETWEEN $2 AND $3
   AND o.closing_day <= (SELECT max(business_date) FROM settle.run_publication)
 ORDER BY o.closing_at, o.upstream_id COLLATE "C", o.order_id, t.slot
