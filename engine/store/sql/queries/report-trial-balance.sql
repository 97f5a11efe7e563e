-- Debits, credits and balance of each account up to a period, and their sums: the balances add up to nothing. $1 period
-- (NULL: all), $2 carrier, $3 distributor (NULL: any)
SELECT coalesce(a.account, 'all accounts'), x.currency, sum(x.debit)::bigint, sum(x.credit)::bigint,
       sum(x.debit - x.credit)::bigint
  FROM (SELECT y.role, coalesce(p.currency, 156::smallint) AS currency, sum(y.debit) AS debit, sum(y.credit) AS credit
          FROM settle.ledger_total l
          JOIN settle.run_publication q USING (run_id)
          LEFT JOIN settle.policy p USING (policy_id)
          LEFT JOIN settle.code c ON c.dim = 1 AND c.id = l.carrier_id
          LEFT JOIN settle.code d ON d.dim = 2 AND d.id = l.distributor_id
         CROSS JOIN LATERAL (VALUES (l.debit, l.amount_minor, 0::bigint), (l.credit, 0, l.amount_minor))
               y (role, debit, credit)
         WHERE ($1::text::date IS NULL OR l.period <= $1::text::date) AND ($2::text IS NULL OR c.code = $2)
           AND ($3::text IS NULL OR d.code = $3)
         GROUP BY 1, 2) x
  LEFT JOIN settle_view.account a ON a.role = x.role
 GROUP BY GROUPING SETS ((x.role, a.account, x.currency), (x.currency))
 ORDER BY x.currency, x.role NULLS LAST
