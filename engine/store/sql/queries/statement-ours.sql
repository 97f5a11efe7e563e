-- What the carrier owes us for a month, by order, kind and origin; volume bonuses by distributor, rule and window.
-- $1 carrier id, $2 origin month, $3 currency
SELECT t.subject_id, t.kind, t.net, d.code, coalesce(o.upstream_id, ''), coalesce(t.rule, '')
  FROM (SELECT t.distributor_id, CASE WHEN t.kind = 4 THEN 0::bigint ELSE t.subject_id END AS subject_id, t.kind, u.rule,
               sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net
          FROM settle.transfer t
          JOIN settle.policy p USING (policy_id)
          JOIN settle.run_publication q ON q.run_id = t.run_id
          LEFT JOIN settle.policy_rule u ON t.kind = 4 AND u.policy_id = t.policy_id AND u.ordinal = t.slot >> 16
         WHERE p.carrier_id = $1 AND t.origin = $2::date AND t.period >= $2::date AND t.kind <= 4
           AND p.currency = $3
         GROUP BY 1, 2, 3, 4) t
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
  LEFT JOIN settle.closed_order o ON t.kind <> 4 AND o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
 WHERE t.net <> 0
