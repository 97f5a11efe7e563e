-- Published transfers with their names. Filters, NULL or 0: any. $1 carrier, $2 distributor, $3 period,
-- $4 kind, $5 order, $6 run, $7 limit (0: all), $8 and $9 commission of the runs after one of $8 up to its $9 (none: any).
-- What is shown is picked before names are looked up.
SELECT t.run_id, t.business_date::text AS date_text, t.carrier, t.distributor, t.kind, coalesce(t.version, '') AS version, coalesce(u.rule, '') AS rule,
       t.subject_id, CASE WHEN o.order_id IS NOT NULL THEN coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || o.order_id) END AS order_text,
       CASE WHEN t.kind IN (:window_kinds)
            THEN (SELECT s.code FROM settle.code s
                   WHERE s.dim = 3 AND s.id = ((t.subject_id >> 12) & 67108863)::integer) END AS outlet,
       CASE WHEN t.kind IN (:window_kinds)
            THEN (SELECT s.code FROM settle.code s
                   WHERE s.dim = 4 AND s.id = ((t.subject_id >> 12) & 67108863)::integer) END AS manager,
       CASE WHEN t.kind = :invoice_kind
            THEN (SELECT t.carrier || '-' || b.year || '-' || lpad((b.base + i.place)::text, 6, '0')
                    FROM settle.invoice i JOIN settle.invoice_base b USING (run_id, chunk, carrier_id)
                   WHERE i.distributor_id = t.distributor_id AND NOT i.carried
                     AND i.run_id = ((t.subject_id >> 20) & 2147483647)::integer
                   ORDER BY i.carrier_id, i.currency, i.tax_ppb
                  OFFSET (t.subject_id & 1048575)::integer - 1 LIMIT 1) END AS invoice,
       t.slot, t.policy_id, to_char(t.period, 'YYYY-MM') AS period_text, to_char(t.origin, 'YYYY-MM') AS origin_text, t.debit,
       t.credit, t.amount_minor, t.target_minor, t.currency, to_char(t.cause, 'YYYY-MM') AS cause_text,
       CASE WHEN t.kind IN (:bill_kinds)
            THEN to_char(o.closing_month + ((t.slot >> 4) & 4095) * interval '1 month', 'YYYY-MM') END AS bill_month,
       CASE WHEN t.kind IN (:bill_kinds) AND t.revision > 0 THEN t.revision END AS revision
  FROM (SELECT t.*, r.business_date, coalesce(c.code, '') AS carrier, coalesce(d.code, '') AS distributor, p.version,
               coalesce(p.currency, 156::smallint) AS currency
          FROM settle.transfer t
          JOIN settle.run r USING (run_id)
          LEFT JOIN settle.policy p USING (policy_id)
          LEFT JOIN settle.code c
            ON c.dim = 1 AND c.id = CASE WHEN t.kind = :deposit_kind THEN (t.subject_id & 2147483647)::integer
                                         ELSE p.carrier_id END
          LEFT JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
         WHERE t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
           AND ($1::text IS NULL OR c.code = $1) AND ($2::text IS NULL OR d.code = $2)
           AND ($3::text IS NULL OR t.period = ($3 || '-01')::date)
           AND ($4::smallint = 0 OR t.kind = $4)
           AND ($5::text IS NULL OR t.subject_id IN (SELECT f.order_id FROM settle.closed_order f
                                                      WHERE f.upstream_id = $5 OR f.order_line <> ''
                                                        AND f.upstream_id || '/' || f.order_line = $5))
           AND ($6::integer = 0
                OR t.run_id = $6
                   AND t.distributor_id IN (SELECT x.distributor_id FROM settle.run_distributor x WHERE x.run_id = $6)
                   AND t.period = ANY (ARRAY(SELECT DISTINCT l.period FROM settle.ledger_total l
                                              WHERE l.run_id = $6
                                                AND l.month = (SELECT date_trunc('month', u.business_date)::date
                                                                 FROM settle.run u WHERE u.run_id = $6))))
           AND (cardinality($9::integer[]) = 0
                OR EXISTS (SELECT 1 FROM unnest($8::integer[], $9::integer[]) AS b (after_run, up_to_run)
                            WHERE t.run_id > b.after_run AND t.run_id <= b.up_to_run)
                AND (t.kind IN (:commission_kinds) OR t.kind = :deposit_kind AND t.debit = 7 AND t.credit = 2)
                AND t.credit <> 3 AND NOT (t.debit = 3 AND t.credit = 1))
         ORDER BY t.run_id, coalesce(d.code, '') COLLATE "C", t.subject_id, t.slot
         LIMIT NULLIF($7::bigint, 0)) t
  LEFT JOIN settle.policy_rule u
    ON u.policy_id = t.policy_id AND u.number = t.slot >> 16 AND t.kind IN (:commission_kinds)
  LEFT JOIN settle.closed_order o
    ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 ORDER BY t.run_id, t.distributor COLLATE "C", t.subject_id, t.slot
