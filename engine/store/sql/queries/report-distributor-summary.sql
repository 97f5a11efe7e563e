-- What was earned, by carrier and distributor, with its name on the last day; the postings counted are those that
-- earned or took back. $1 period, $2 carrier, $3 distributor
-- (NULL: any)
SELECT x.carrier, x.shop, coalesce(n.name, ''), x.currency, x.transfers, x.earned, x.taken, x.net, x.held, x.withheld
  FROM (SELECT c.code AS carrier, d.code AS shop, l.distributor_id, p.currency, 
               coalesce(sum(l.transfers) FILTER (WHERE 1 IN (l.debit, l.credit)), 0)::bigint AS transfers,
               coalesce(sum(l.amount_minor) FILTER (WHERE l.debit = 1), 0)::bigint AS earned,
               coalesce(sum(l.amount_minor) FILTER (WHERE l.credit = 1), 0)::bigint AS taken,
               sum(CASE WHEN l.debit = 1 THEN l.amount_minor WHEN l.credit = 1 THEN -l.amount_minor ELSE 0 END)::bigint
                   AS net,
               sum(CASE WHEN l.credit = 3 THEN l.amount_minor WHEN l.debit = 3 THEN -l.amount_minor ELSE 0 END)::bigint
                   AS held,
               coalesce(sum(l.amount_minor) FILTER (WHERE l.credit = 4), 0)::bigint AS withheld
          FROM settle.ledger_total l
          JOIN settle.run_publication q USING (run_id)
          JOIN settle.policy p USING (policy_id)
          JOIN settle.code c ON c.dim = 1 AND c.id = l.carrier_id
          JOIN settle.code d ON d.dim = 2 AND d.id = l.distributor_id
         WHERE l.kind IN (:commission_kinds) AND ($1::text::date IS NULL OR l.period = $1::text::date)
           AND ($2::text IS NULL OR c.code = $2) AND ($3::text IS NULL OR d.code = $3)
         GROUP BY c.code, d.code, l.distributor_id, p.currency) x
  LEFT JOIN LATERAL (SELECT v.name FROM settle.distributor_version v
                      WHERE v.distributor_id = x.distributor_id
                        AND v.valid_from <= coalesce($1::text::date + interval '1 month - 1 day', 'infinity')
                      ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) n ON true
 ORDER BY x.carrier COLLATE "C", x.shop COLLATE "C", x.currency
