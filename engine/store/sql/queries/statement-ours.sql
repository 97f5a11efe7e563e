-- What the carrier owes us for a month, by order, kind and origin; volume bonuses by distributor, rule and window.
-- $1 carrier id, $2 origin month
SELECT CASE WHEN t.kind = 4 THEN 0::bigint ELSE t.subject_id END, t.kind, t.net, t.currency, d.code,
       coalesce(o.upstream_id, ''), coalesce(u.rule, '')
  FROM (SELECT t.distributor_id, t.subject_id, t.kind, p.currency,
               CASE WHEN t.kind = 4 THEN t.policy_id END AS policy_id, CASE WHEN t.kind = 4 THEN t.slot >> 16 END AS ordinal,
               sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net
          FROM settle.transfer t
          JOIN settle.policy p USING (policy_id)
          JOIN settle.run_publication q ON q.run_id = t.run_id
         WHERE p.carrier_id = $1 AND t.origin = $2::date AND t.period >= $2::date AND t.kind <= 4
         GROUP BY 1, 2, 3, 4, 5, 6) t
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
  LEFT JOIN settle.closed_order o ON t.kind <> 4 AND o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
  LEFT JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.ordinal = t.ordinal
 WHERE t.net <> 0
