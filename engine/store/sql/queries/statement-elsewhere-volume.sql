-- Volume bonuses of a carrier in other months. caused_minor: of that, what was posted because of the month. $1 carrier id, $2 the month, $3 currency
SELECT d.code, u.rule, t.kind, t.origin,
       sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint AS net_minor,
       coalesce(sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor END)
                FILTER (WHERE t.cause = $2::date), 0)::bigint AS caused_minor
  FROM settle.transfer t
  JOIN settle.policy p USING (policy_id)
  JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16
  JOIN settle.run_publication q ON q.run_id = t.run_id
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
 WHERE p.carrier_id = $1 AND t.origin <> $2::date AND t.kind IN (:window_kinds)
   AND p.currency = $3
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4
