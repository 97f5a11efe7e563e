-- What each carrier owes for each distributor: the account `carrier`, from what it opened the period with to what it
-- closed it with, by what moved it; and what the receipts of nights up to the period say was paid of it, which are no
-- postings. $1 period (NULL: all of them), $2 carrier, $3 distributor (NULL: any)
SELECT c.code, coalesce(d.code, ''), x.currency, x.opening, x.earned, x.taken, x.kept, x.tax, x.other, x.owes, x.received,
       x.owes - x.received
  FROM (SELECT m.carrier_id, m.distributor_id, m.currency,
               coalesce(sum(m.amount) FILTER (WHERE m.what = 'before'), 0)::bigint AS opening,
               coalesce(sum(m.amount) FILTER (WHERE m.what = 'commission' AND m.amount > 0), 0)::bigint AS earned,
               coalesce(-sum(m.amount) FILTER (WHERE m.what = 'commission' AND m.amount < 0), 0)::bigint AS taken,
               coalesce(-sum(m.amount) FILTER (WHERE m.what = 'kept'), 0)::bigint AS kept,
               coalesce(sum(m.amount) FILTER (WHERE m.what = 'tax'), 0)::bigint AS tax,
               coalesce(sum(m.amount) FILTER (WHERE m.what = 'other'), 0)::bigint AS other,
               coalesce(sum(m.amount) FILTER (WHERE m.what <> 'received'), 0)::bigint AS owes,
               coalesce(sum(m.amount) FILTER (WHERE m.what = 'received'), 0)::bigint AS received
          FROM (SELECT l.carrier_id, l.distributor_id, coalesce(p.currency, 156::smallint) AS currency,
                       CASE WHEN l.period < $1::text::date THEN 'before' WHEN l.kind IN (:commission_kinds) THEN 'commission'
                            WHEN 4 IN (l.debit, l.credit) THEN 'kept' WHEN 5 IN (l.debit, l.credit) THEN 'tax'
                            ELSE 'other' END AS what,
                       CASE WHEN l.debit = 1 THEN l.amount_minor ELSE -l.amount_minor END AS amount
                  FROM settle.ledger_total l
                  JOIN settle.run_publication q USING (run_id)
                  LEFT JOIN settle.policy p USING (policy_id)
                 WHERE 1 IN (l.debit, l.credit) AND ($1::text::date IS NULL OR l.period <= $1::text::date)
                UNION ALL
                SELECT r.carrier_id, r.distributor_id, r.currency, 'received', r.amount_minor
                  FROM settle.receipt r
                  JOIN settle.batch_consumption n ON n.batch_id = r.batch_id
                  JOIN settle.run_publication q ON q.run_id = n.run_id
                 WHERE $1::text::date IS NULL OR q.business_date < ($1::text::date + interval '1 month')::date) m
         GROUP BY 1, 2, 3) x
  LEFT JOIN settle.code c ON c.dim = 1 AND c.id = x.carrier_id
  LEFT JOIN settle.code d ON d.dim = 2 AND d.id = x.distributor_id
 WHERE ($2::text IS NULL OR c.code = $2) AND ($3::text IS NULL OR d.code = $3)
   AND (x.opening, x.earned, x.taken, x.kept, x.tax, x.other, x.received) <> (0, 0, 0, 0, 0, 0, 0)
 ORDER BY c.code COLLATE "C", d.code COLLATE "C" NULLS FIRST, x.currency
