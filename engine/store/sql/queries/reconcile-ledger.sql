-- Where what was earned stands, by movements: earned less taken back = invoiced (on drafts, approved and issued
-- invoices) + withheld on any of these + carried forward + held + not yet drawn, in policy amounts (before tax on exclusive ones). A total that two invoices claim counts twice,
-- and shows as a difference. Beside it of the documents that these movements are on: the tax that they put on top, and by how
-- much they say otherwise than the ledger and what their issues posted. $1 period, $2 carrier, $3 distributor (NULL: any), $4 by distributor
SELECT carrier, CASE WHEN shop <> '' THEN shop ELSE count(*)::text END, currency, sum(earned)::bigint,
       sum(taken)::bigint, sum(drafted)::bigint, sum(approved)::bigint, sum(issued)::bigint, sum(withheld)::bigint, sum(carried)::bigint, sum(held)::bigint,
       sum(undrawn)::bigint, sum(earned - taken - drafted - approved - issued - withheld - carried - held - undrawn)::bigint,
       sum(tax)::bigint, sum(off)::bigint,
       count(*) FILTER (WHERE earned - taken <> drafted + approved + issued + withheld + carried + held + undrawn OR off <> 0) AS differing
  FROM (SELECT c.code AS carrier, CASE WHEN $4::boolean THEN d.code ELSE '' END AS shop, b.currency,
               coalesce(sum(b.amount) FILTER (WHERE b.debit = 1), 0) AS earned,
               coalesce(sum(b.amount) FILTER (WHERE b.credit = 1), 0) AS taken,
               coalesce(sum(b.owed * b.invoices) FILTER (WHERE s.state = 1), 0) AS drafted,
               coalesce(sum(b.owed * b.invoices) FILTER (WHERE s.state = 2), 0) AS approved,
               coalesce(sum(b.owed * b.invoices) FILTER (WHERE s.state = 3), 0) AS issued,
               coalesce(sum(b.amount * b.invoices) FILTER (WHERE b.credit = 4), 0) AS withheld,
               coalesce(sum(b.owed + b.kept) FILTER (WHERE b.invoices = 0 AND b.drawn), 0) AS carried,
               coalesce(sum(CASE WHEN b.credit = 3 THEN b.amount WHEN b.debit = 3 THEN -b.amount END), 0) AS held,
               coalesce(sum(b.owed + b.kept) FILTER (WHERE b.invoices = 0 AND NOT b.drawn), 0) AS undrawn,
               sum(b.tax) AS tax, sum(b.off) AS off
          FROM (SELECT t.distributor_id, t.carrier_id, t.currency, t.debit, t.credit, t.amount,
                       CASE WHEN t.credit = 2 THEN t.amount WHEN t.debit = 2 THEN -t.amount ELSE 0 END AS owed,
                       CASE WHEN t.credit = 4 THEN t.amount ELSE 0 END AS kept,
                       i.invoices, i.invoice_run,
                       t.run_id <= coalesce(l.last_run, 0) AS drawn, 0 AS tax, 0 AS off
                  FROM (SELECT l.distributor_id, l.carrier_id, p.currency, p.tax_ppb, l.run_id, l.debit, l.credit,
                               sum(l.amount_minor) AS amount
                          FROM settle.ledger_total l
                          JOIN settle.run_publication q USING (run_id)
                          JOIN settle.policy p USING (policy_id)
                         WHERE l.kind IN (:commission_kinds) AND ($1::text::date IS NULL OR l.period = $1::text::date)
                         GROUP BY 1, 2, 3, 4, 5, 6, 7) t
                  LEFT JOIN (SELECT carrier_id, max(run_id) AS last_run
                               FROM settle.invoice_batch JOIN settle.run_publication USING (run_id)
                              GROUP BY 1) l ON l.carrier_id = t.carrier_id
                 CROSS JOIN LATERAL
                       (SELECT count(*) AS invoices, max(i.run_id) AS invoice_run
                          FROM settle.invoice i
                          JOIN settle.run_publication USING (run_id)
                          JOIN settle.invoice_binding g USING (distributor_id, run_id, carrier_id, currency, tax_ppb)
                         WHERE NOT i.carried AND i.distributor_id = t.distributor_id AND i.carrier_id = t.carrier_id
                           AND i.currency = t.currency AND i.tax_ppb = t.tax_ppb AND g.after_run < t.run_id
                           AND g.up_to_run >= t.run_id) i
                UNION ALL
                SELECT i.distributor_id, i.carrier_id, i.currency, 0, 0, 0, 0, 0, 0, 0, false,
                       CASE WHEN i.carried THEN 0 ELSE i.ledger[9] END, i.off_minor
                  FROM settle_view.invoice_check i
                 WHERE i.carrier_id = coalesce((SELECT id FROM settle.code WHERE dim = 1 AND code = $2), i.carrier_id)
                   AND i.distributor_id = coalesce((SELECT id FROM settle.code WHERE dim = 2 AND code = $3), i.distributor_id)
                   AND ($1::text::date IS NULL
                    OR EXISTS (SELECT 1
                                 FROM settle.invoice_binding g
                                 JOIN settle.ledger_total l ON l.distributor_id = g.distributor_id
                                  AND l.carrier_id = g.carrier_id AND l.run_id > g.after_run AND l.run_id <= g.up_to_run
                                 JOIN settle.policy p USING (policy_id)
                                WHERE g.distributor_id = i.distributor_id AND g.run_id = i.run_id
                                  AND g.carrier_id = i.carrier_id AND g.currency = i.currency AND g.tax_ppb = i.tax_ppb
                                  AND p.currency = i.currency AND p.tax_ppb = i.tax_ppb
                                  AND l.kind IN (:commission_kinds) AND l.period = $1::text::date))) b
          LEFT JOIN (SELECT v.run_id, v.carrier_id, CASE WHEN x.run_id IS NOT NULL THEN 3 WHEN a.subject IS NOT NULL THEN 2 ELSE 1 END
                                                        AS state
                       FROM settle.invoice_batch v
                       JOIN settle.code c ON c.dim = 1 AND c.id = v.carrier_id
                       LEFT JOIN settle.invoice_issue x ON x.batch_run_id = v.run_id AND x.carrier_id = v.carrier_id
                       LEFT JOIN (SELECT DISTINCT subject FROM settle.control_log WHERE action = 'invoice-approve') a
                         ON a.subject = v.run_id || '/' || c.code) s
            ON s.run_id = b.invoice_run AND s.carrier_id = b.carrier_id
          JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
          JOIN settle.code d ON d.dim = 2 AND d.id = b.distributor_id
         WHERE ($2::text IS NULL OR c.code = $2) AND ($3::text IS NULL OR d.code = $3)
         GROUP BY c.code, d.code, b.currency) x
 GROUP BY carrier, shop, currency
 ORDER BY carrier COLLATE "C", shop COLLATE "C", currency
