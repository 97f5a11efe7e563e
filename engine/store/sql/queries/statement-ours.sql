-- What the carrier owes us for a month, by key of order, kind and origin (the orders of a key together: a statement names
-- no closing month); volume bonuses by distributor, rule and window.
-- Written so that the planner knows how many rows come: a million orders are hashed, not looked up one by one.
-- $1 carrier id, $2 origin month, $3 currency
SELECT coalesce(o.key_id, t.subject_id) AS subject_key, t.kind, sum(t.net)::bigint AS net_minor, '' AS distributor,
       coalesce(min(CASE WHEN o.order_id IS NOT NULL THEN coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || o.order_id) END), '') AS order_text, '' AS rule_name
  FROM (SELECT t.distributor_id, t.subject_id, t.kind,
               sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net
          FROM settle.transfer t
         WHERE t.policy_id = ANY (ARRAY(SELECT policy_id FROM settle.policy WHERE carrier_id = $1 AND currency = $3))
           AND t.origin = $2::date AND t.period >= $2::date AND t.kind IN (:order_kinds)
           AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
         GROUP BY 1, 2, 3) t
  LEFT JOIN settle.closed_order o ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
                                 AND o.closing_month <= $2::date
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 GROUP BY 1, 2
HAVING sum(t.net) <> 0
 UNION ALL
SELECT 0::bigint, t.kind, t.net, d.code, '', t.rule
  FROM (SELECT t.distributor_id, t.kind, u.rule,
               sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net
          FROM settle.transfer t
          JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16
         WHERE t.policy_id = ANY (ARRAY(SELECT policy_id FROM settle.policy WHERE carrier_id = $1 AND currency = $3))
           AND t.origin = $2::date AND t.period >= $2::date AND t.kind IN (:window_kinds)
           AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
         GROUP BY 1, 2, 3) t
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
 WHERE t.net <> 0
