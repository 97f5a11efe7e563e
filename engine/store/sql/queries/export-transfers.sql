-- Published transfers for a journal. $1 carrier, $2 distributor, $3 period (NULL: any). The parties of each side: a
-- deposit is one party's, whoever's claim is covered from it.
SELECT t.run_id, r.business_date, coalesce(c.code, ''), coalesce(d.code, ''), t.kind, coalesce(p.version, ''),
       coalesce(u.rule, ''), coalesce(CASE WHEN o.order_id IS NOT NULL THEN coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || o.order_id) END, ''), to_char(t.period, 'YYYY-MM'), to_char(t.origin, 'YYYY-MM'),
       t.debit, t.credit, t.amount_minor, coalesce(p.currency, 156::smallint) AS transfer_currency
  FROM settle.transfer t
  JOIN settle.run r USING (run_id)
  LEFT JOIN settle.policy p USING (policy_id)
  LEFT JOIN settle.code c
    ON c.dim = 1 AND c.id = CASE WHEN t.kind = :deposit_kind THEN (t.subject_id & 2147483647)::integer ELSE p.carrier_id END
  LEFT JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
  LEFT JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16 AND t.kind IN (:commission_kinds)
  LEFT JOIN settle.closed_order o
    ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 WHERE t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
   AND ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
   AND ($3::text IS NULL OR t.period = ($3 || '-01')::date)
 ORDER BY t.run_id, coalesce(d.code, '') COLLATE "C", t.subject_id, t.slot
