-- What was earned, by carrier and kind; the postings counted are those that earned or took back. $1 period, $2 carrier, $3 distributor (NULL: any)
SELECT t.carrier, t.currency_no, t.kind, sum(t.transfers)::bigint, sum(t.earned)::bigint, sum(t.taken)::bigint,
       sum(t.earned - t.taken)::bigint, sum(t.held)::bigint
  FROM (SELECT c.code AS carrier, p.currency AS currency_no, k.kind, k.kind_no,
               CASE WHEN 1 IN (l.debit, l.credit) THEN l.transfers ELSE 0 END AS transfers,
               CASE WHEN l.debit = 1 THEN l.amount_minor ELSE 0 END AS earned,
               CASE WHEN l.credit = 1 THEN l.amount_minor ELSE 0 END AS taken,
               CASE WHEN l.credit = 3 THEN l.amount_minor WHEN l.debit = 3 THEN -l.amount_minor ELSE 0 END AS held
          FROM settle.ledger_total l
          JOIN settle.run_publication q USING (run_id)
          JOIN settle.policy p USING (policy_id)
          JOIN settle.code c ON c.dim = 1 AND c.id = l.carrier_id
          JOIN settle.code d ON d.dim = 2 AND d.id = l.distributor_id
          JOIN settle_view.kind k ON k.kind_no = l.kind
         WHERE l.kind IN (:commission_kinds) AND ($1::text::date IS NULL OR l.period = $1::text::date) AND ($2::text IS NULL OR c.code = $2)
           AND ($3::text IS NULL OR d.code = $3)) t
 GROUP BY t.carrier, t.currency_no, t.kind, t.kind_no
 ORDER BY t.carrier COLLATE "C", t.currency_no, t.kind_no
