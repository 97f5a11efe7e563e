-- The same of some orders in other months. $1 carrier id, $2 the month, $3 orders, $4 currency
SELECT t.subject_id, t.kind, t.origin,
       sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint
  FROM settle.transfer t
  JOIN settle.policy p USING (policy_id)
  JOIN settle.run_publication q ON q.run_id = t.run_id
 WHERE p.carrier_id = $1 AND t.origin <> $2::date AND t.kind <= 3 AND t.subject_id = ANY ($3::bigint[])
   AND p.currency = $4
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
