-- What the carrier owes us for a month, by key of order and kind (the orders of a key together: a statement names no
-- closing month); volume bonuses by distributor, rule and window. net_minor: of all that has the month as its origin;
-- caused_minor: what was taken back and given back in the month that caused it instead (what was posted first to a slot
-- is of its origin, whatever it waited for).
-- Written so that the planner knows how many rows come: a million orders are hashed, not looked up one by one. Only
-- periods that were posted to since the month hold what it caused elsewhere.
-- $1 carrier id, $2 month, $3 currency
WITH cells AS MATERIALIZED (
    SELECT t.distributor_id, t.subject_id, t.kind, CASE WHEN t.kind IN (:window_kinds) THEN t.slot >> 16 END AS rule_number,
           t.policy_id * (t.kind IN (:window_kinds))::integer AS version_id, t.origin, t.cause,
           sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net
      FROM settle.transfer t
     WHERE t.policy_id = ANY (ARRAY(SELECT policy_id FROM settle.policy WHERE carrier_id = $1 AND currency = $3))
       AND t.origin = $2::date AND t.period >= $2::date AND t.kind IN (:commission_kinds)
       AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
       AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
     GROUP BY 1, 2, 3, 4, 5, 6, 7
     UNION ALL
    SELECT t.distributor_id, t.subject_id, t.kind, CASE WHEN t.kind IN (:window_kinds) THEN t.slot >> 16 END,
           t.policy_id * (t.kind IN (:window_kinds))::integer, t.origin, t.cause,
           sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint
      FROM settle.transfer t
     WHERE t.policy_id = ANY (ARRAY(SELECT policy_id FROM settle.policy WHERE carrier_id = $1 AND currency = $3))
       AND t.cause = $2::date AND t.origin <> $2::date AND t.kind IN (:commission_kinds)
       AND t.period = ANY (ARRAY(SELECT DISTINCT l.period FROM settle.ledger_total l
                                  WHERE l.carrier_id = $1 AND l.month >= $2::date))
       AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
       AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
     GROUP BY 1, 2, 3, 4, 5, 6, 7),
sums AS MATERIALIZED (
    SELECT c.distributor_id, c.subject_id, c.kind, c.rule_number, c.version_id,
           sum(CASE WHEN c.origin = $2::date THEN c.net ELSE 0 END) AS net,
           sum(CASE WHEN c.cause = c.origin OR c.cause = $2::date AND c.origin = $2::date THEN c.net
                    WHEN c.net < 0
                         OR EXISTS (SELECT 1 FROM settle.transfer x
                                     WHERE x.distributor_id = c.distributor_id AND x.subject_id = c.subject_id
                                       AND x.kind = c.kind AND x.origin = c.origin AND x.period >= c.origin
                                       AND x.credit = 1 AND x.cause < c.cause)
                    THEN CASE WHEN c.cause = $2::date THEN c.net ELSE 0 END
                    WHEN c.origin = $2::date THEN c.net ELSE 0 END) AS caused
      FROM cells c
     GROUP BY 1, 2, 3, 4, 5)
SELECT coalesce(o.key_id, t.subject_id) AS subject_key, t.kind, sum(t.net)::bigint AS net_minor, sum(t.caused)::bigint AS caused_minor,
       '' AS distributor,
       coalesce(min(CASE WHEN o.order_id IS NOT NULL THEN coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || o.order_id) END), '') AS order_text, '' AS rule_name
  FROM sums t
  LEFT JOIN settle.closed_order o ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
                                 AND o.closing_month <= $2::date
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 WHERE t.kind IN (:order_kinds)
 GROUP BY 1, 2
HAVING sum(t.net) <> 0 OR sum(t.caused) <> 0
 UNION ALL
SELECT 0::bigint, t.kind, sum(t.net)::bigint, sum(t.caused)::bigint, d.code, '', u.rule
  FROM sums t
  JOIN settle.policy_rule u ON u.policy_id = t.version_id AND u.number = t.rule_number
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
 WHERE t.kind IN (:window_kinds)
 GROUP BY d.code, t.kind, u.rule
HAVING sum(t.net) <> 0 OR sum(t.caused) <> 0
