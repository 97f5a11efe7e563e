-- What a distributor's volume windows stand at that end in some months. $1 distributor, $2, $3 months
SELECT x.subject_id, x.policy_id, x.slot >> 4 << 4 AS window_rule, p.carrier_id, p.currency,
       sum(CASE WHEN x.debit = 1 THEN x.amount_minor WHEN x.credit = 1 THEN -x.amount_minor ELSE 0 END)::bigint AS earned_minor,
       sum(CASE WHEN x.credit = 3 THEN x.amount_minor WHEN x.debit = 3 THEN -x.amount_minor ELSE 0 END)::bigint AS withheld_minor,
       sum(CASE WHEN x.credit = 1 THEN x.amount_minor ELSE 0 END)::bigint AS taken_minor
  FROM settle.transfer x
  JOIN settle.policy p USING (policy_id)
 WHERE x.distributor_id = $1 AND x.kind IN (:window_kinds)
   AND (date '1900-01-01' + ((x.subject_id & 4095)::integer * interval '1 month'))::date BETWEEN $2 AND $3
   AND x.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = x.run_id)
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY x.subject_id & 4095, 1, 3
