-- What a distributor earned, by carrier, version, rule and origin month. $1 period, $2 carrier, $3 distributor (NULL: any)
SELECT d.code, c.code, p.currency, p.version, k.kind, u.rule, to_char(t.origin, 'YYYY-MM'),
       count(DISTINCT t.subject_id)::bigint,
       coalesce(sum(t.amount_minor) FILTER (WHERE t.debit = 1), 0)::bigint,
       coalesce(sum(t.amount_minor) FILTER (WHERE t.credit = 1), 0)::bigint,
       sum(CASE WHEN t.debit = 1 THEN t.amount_minor WHEN t.credit = 1 THEN -t.amount_minor ELSE 0 END)::bigint,
       sum(CASE WHEN t.credit = 3 THEN t.amount_minor WHEN t.debit = 3 THEN -t.amount_minor ELSE 0 END)::bigint,
       coalesce(sum(t.amount_minor) FILTER (WHERE t.credit = 4), 0)::bigint
  FROM settle.transfer t
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.policy p USING (policy_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
  JOIN settle_view.kind k ON k.kind_no = t.kind
  JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16
 WHERE t.kind IN (:commission_kinds) AND ($1::text::date IS NULL OR t.period = $1::text::date) AND ($2::text IS NULL OR c.code = $2)
   AND t.distributor_id = (SELECT id FROM settle.code WHERE dim = 2 AND code = $3)
 GROUP BY d.code, c.code, p.currency, p.version, k.kind, k.kind_no, u.rule, t.origin
 ORDER BY c.code COLLATE "C", p.currency, p.version, k.kind_no, u.rule COLLATE "C", t.origin
