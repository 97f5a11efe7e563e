-- Who owes more than is owed to them on the account `distributor`, and since which night, without a break.
-- By carrier and currency, so that totals can be drawn row by row. $1 carrier, $2 distributor (NULL: any), $3 as of which day (NULL: the last settled one)
-- $4 of postings up to which period, and as of its last day if that is settled (NULL: of all)
SELECT carrier, distributor, coalesce(name, ''), currency, owes, since::text, greatest(today - since, 0)::integer,
       (ARRAY['0-30', '31-60', '61-90', 'over 90'])[band], band
  FROM (SELECT c.code AS carrier, d.code AS distributor, b.distributor_id, b.currency,
               (array_agg(b.owes ORDER BY b.business_date DESC, b.run_id DESC))[1]::bigint AS owes,
               min(b.business_date) FILTER (WHERE b.run_id > b.last_even) AS since
          FROM (SELECT z.*, coalesce(max(run_id) FILTER (WHERE owes <= 0)
                                     OVER (PARTITION BY carrier_id, distributor_id, currency), 0) AS last_even
                  FROM (SELECT t.carrier_id, t.distributor_id, p.currency, t.run_id, r.business_date,
                               sum(sum(CASE WHEN t.debit = 2 THEN t.amount_minor ELSE -t.amount_minor END))
                                   OVER (PARTITION BY t.carrier_id, t.distributor_id, p.currency ORDER BY t.run_id) AS owes
                          FROM settle.ledger_total t
                          JOIN settle.policy p USING (policy_id)
                          JOIN settle.run r ON r.run_id = t.run_id
                         WHERE 2 IN (t.debit, t.credit) AND r.business_date <= coalesce($3::date, r.business_date)
                           AND ($4::text::date IS NULL OR t.period <= $4::text::date)
                           AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
                           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
                         GROUP BY t.carrier_id, t.distributor_id, p.currency, t.run_id, r.business_date) z) b
          JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
          JOIN settle.code d ON d.dim = 2 AND d.id = b.distributor_id
         WHERE ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
         GROUP BY c.code, d.code, b.distributor_id, b.currency) x
 CROSS JOIN (SELECT coalesce($3::date, least(max(business_date), ($4::text::date + interval '1 month - 1 day')::date)) AS today
               FROM settle.run_publication) n
 CROSS JOIN LATERAL (SELECT 1 + (today - since > 30)::integer + (today - since > 60)::integer
                              + (today - since > 90)::integer AS band) a
  LEFT JOIN LATERAL (SELECT v.name FROM settle.distributor_version v
                      WHERE v.distributor_id = x.distributor_id AND v.valid_from <= today
                      ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) m ON true
 WHERE owes > 0
 ORDER BY carrier COLLATE "C", currency, distributor COLLATE "C"
