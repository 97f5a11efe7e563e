-- What each carrier owes for a period by distributor and kind. $1 period, $2 carrier, $3 distributor (NULL: any)
SELECT c.code, d.code, p.currency, k.kind, sum(l.transfers)::bigint,
       coalesce(sum(l.amount_minor) FILTER (WHERE l.debit = 1), 0)::bigint,
       coalesce(sum(l.amount_minor) FILTER (WHERE l.credit = 1), 0)::bigint,
       sum(CASE WHEN l.debit = 1 THEN l.amount_minor WHEN l.credit = 1 THEN -l.amount_minor ELSE 0 END)::bigint
  FROM settle.ledger_total l
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.policy p USING (policy_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = l.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = l.distributor_id
  JOIN settle_view.kind k ON k.kind_no = l.kind
 WHERE l.kind <= 4 AND 1 IN (l.debit, l.credit) AND ($1::text::date IS NULL OR l.period = $1::text::date)
   AND ($2::text IS NULL OR c.code = $2) AND ($3::text IS NULL OR d.code = $3)
 GROUP BY c.code, d.code, p.currency, k.kind, k.kind_no
 ORDER BY c.code COLLATE "C", d.code COLLATE "C", p.currency, k.kind_no
