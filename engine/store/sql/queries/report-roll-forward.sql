-- Each account: what it opened with, what moved it in the period, by kind, and what it closed with; debit positive.
-- $1 period, $2 carrier, $3 distributor (NULL: any)
SELECT a.account, x.currency, coalesce(sum(x.amount) FILTER (WHERE x.period < $1::text::date), 0)::bigint,
       coalesce(sum(x.amount) FILTER (WHERE x.period = $1::text::date AND x.kind = :each_kind), 0)::bigint,
       sum(x.amount)::bigint
  FROM (SELECT y.role, coalesce(p.currency, 156::smallint) AS currency, l.period, l.kind, y.amount
          FROM settle.ledger_total l
          JOIN settle.run_publication q USING (run_id)
          LEFT JOIN settle.policy p USING (policy_id)
          LEFT JOIN settle.code c ON c.dim = 1 AND c.id = l.carrier_id
          LEFT JOIN settle.code d ON d.dim = 2 AND d.id = l.distributor_id
         CROSS JOIN LATERAL (VALUES (l.debit, l.amount_minor), (l.credit, -l.amount_minor)) y (role, amount)
         WHERE l.period <= $1::text::date AND ($2::text IS NULL OR c.code = $2) AND ($3::text IS NULL OR d.code = $3)) x
  JOIN settle_view.account a ON a.role = x.role
 GROUP BY x.role, a.account, x.currency
 ORDER BY x.currency, x.role
