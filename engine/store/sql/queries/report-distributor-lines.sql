-- A distributor's postings, one a row: what each changed of what is earned. $1 period, $2 carrier, $3 distributor
SELECT r.business_date::text, c.code, p.currency,
       coalesce(CASE WHEN o.order_id IS NOT NULL THEN coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || o.order_id) END,
                'window ' || to_char(date '1900-01-01' + (t.subject_id & 4095)::integer * interval '1 month',
                                                    'YYYY-MM')),
       CASE WHEN t.kind NOT IN (:window_kinds) THEN coalesce(split_part(x.code, chr(31), 2), '') ELSE '' END, k.kind, u.rule, (t.slot >> 4) & 4095,
       to_char(t.origin, 'YYYY-MM'), a.account, b.account,
       t.amount_minor * CASE WHEN t.debit = 1 THEN 1 WHEN t.credit = 1 THEN -1 ELSE 0 END, t.amount_minor
  FROM settle.transfer t
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.run r USING (run_id)
  JOIN settle.policy p USING (policy_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
  JOIN settle_view.kind k ON k.kind_no = t.kind
  JOIN settle_view.account a ON a.role = t.debit
  JOIN settle_view.account b ON b.role = t.credit
  JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16
  LEFT JOIN settle.closed_order o
    ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
  LEFT JOIN settle.code x ON x.dim = 5 AND x.id = o.product_id
 WHERE t.kind IN (:commission_kinds) AND ($1::text::date IS NULL OR t.period = $1::text::date) AND ($2::text IS NULL OR c.code = $2)
   AND t.distributor_id = (SELECT id FROM settle.code WHERE dim = 2 AND code = $3)
 ORDER BY r.business_date, t.run_id, c.code COLLATE "C", t.subject_id, t.slot
