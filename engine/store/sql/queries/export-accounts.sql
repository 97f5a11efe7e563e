-- The accounts of a journal, with the day of their first posting. Parameters as in export-transfers.sql.
SELECT role, carrier, distributor, currency, min(day) OVER () AS first_day
  FROM (
SELECT x.role, coalesce(c.code, '') AS carrier, coalesce(d.code, '') AS distributor,
       coalesce(p.currency, 156)::integer AS currency, min(r.business_date) AS day
  FROM settle.ledger_total t
  JOIN settle.run r USING (run_id)
  LEFT JOIN settle.policy p USING (policy_id)
 CROSS JOIN LATERAL (VALUES (t.debit), (t.credit)) x (role)
  LEFT JOIN settle.code oc ON oc.dim = 1 AND oc.id = t.carrier_id
  LEFT JOIN settle.code od ON od.dim = 2 AND od.id = t.distributor_id
  LEFT JOIN settle.code c
    ON c.dim = 1 AND c.id = t.carrier_id AND NOT (x.role = 7 AND t.credit <> 1 AND t.distributor_id <> 0)
  LEFT JOIN settle.code d
    ON d.dim = 2 AND d.id = t.distributor_id AND NOT (x.role = 7 AND t.credit = 1)
 WHERE t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
   AND ($1::text IS NULL OR oc.code = $1) AND ($2::text IS NULL OR od.code = $2)
   AND ($3::text IS NULL OR t.period = ($3 || '-01')::date)
 GROUP BY 1, 2, 3, 4) a
 ORDER BY role, carrier COLLATE "C", distributor COLLATE "C", currency
