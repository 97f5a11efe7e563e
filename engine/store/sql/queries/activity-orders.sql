-- A distributor's settled orders of some closing months, each with what its slots stand at; orders by closing time and
-- the carrier's id, slots ascending; one row without a slot for an order that nothing was posted for. The state: what
-- happened to it that is in force (not reinstated, dated by now, not for nothing), else what came of it. Last, what
-- ceilings and caps take of it now. Of an order that is withdrawn, or that another revision took to another distributor,
-- there is what was posted, and nothing was sold. $1 distributor, $2, $3 months, $4 zone, $5 events that count for nothing,
-- $6 only orders of this id, or id/line (NULL: all)
SELECT o.order_id, coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || o.order_id), to_char(o.closing_at AT TIME ZONE $4::text, 'YYYY-MM-DD"T"HH24:MI:SS'), o.closing_day,
       o.closing_month, o.manager_id, o.product_id, CASE WHEN o.withdrawn THEN 0 ELSE o.paid_minor END AS paid_minor,
       CASE WHEN o.withdrawn THEN 0 ELSE o.quantity END AS quantity, o.currency, o.carrier_id,
       t.policy_id, t.slot, t.kind, t.net, t.held, t.back,
       CASE WHEN t.slot IS NULL AND k.cut_minor > 0 AND coalesce(z.reason, 'zero') = 'zero' THEN k.cut_by
            ELSE coalesce(z.reason, '') END,
       CASE WHEN o.withdrawn THEN 'withdrawn' WHEN e.fraud THEN 'fraud' WHEN e.whole OR (o.paid_minor > 0 AND e.refunded >= o.paid_minor) THEN 'refunded'
            WHEN e.cancelled THEN 'cancelled' WHEN e.ported_out THEN 'ported-out'
            WHEN e.transferred THEN 'number-transferred' WHEN e.suspended THEN 'suspended'
            WHEN e.refunded > 0 THEN 'partly-refunded' WHEN t.slot IS NOT NULL THEN 'settled'
            WHEN z.reason IS NOT NULL OR k.cut_minor > 0 THEN 'zero' ELSE 'waiting' END,
       coalesce(k.cut_minor, 0) AS cut_minor, coalesce(k.cut_by, ''), o.withdrawn
  FROM settle.closed_order o
  JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
  LEFT JOIN LATERAL (
      SELECT x.policy_id, x.slot >> 4 << 4 AS slot, x.kind,
             sum(CASE WHEN x.debit = 1 THEN x.amount_minor WHEN x.credit = 1 THEN -x.amount_minor ELSE 0 END)::bigint AS net,
             sum(CASE WHEN x.credit = 3 THEN x.amount_minor WHEN x.debit = 3 THEN -x.amount_minor ELSE 0 END)::bigint AS held,
             sum(CASE WHEN x.credit = 1 THEN x.amount_minor ELSE 0 END)::bigint AS back
        FROM settle.transfer x
       WHERE x.distributor_id = o.distributor_id AND x.subject_id = o.order_id AND x.period >= o.closing_month
         AND x.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
         AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = x.run_id)
       GROUP BY 1, 2, 3) t ON true
  LEFT JOIN LATERAL (SELECT v.reason FROM settle_view.zero v
                      WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                        AND v.order_id = o.order_id ORDER BY v.run_id DESC LIMIT 1) z ON t.slot IS NULL
  LEFT JOIN LATERAL (
      SELECT bool_or(v.kind = :fraud_event) AS fraud, bool_or(v.whole) AS whole, sum(v.amount_minor) AS refunded,
             bool_or(v.kind = :cancel_event) AS cancelled, bool_or(v.kind = :port_out_event) AS ported_out, bool_or(v.kind = :number_transfer_event) AS transferred,
             (array_agg(v.kind ORDER BY v.day DESC, v.happened_at DESC, v.event_id DESC)
              FILTER (WHERE v.kind IN (:suspend_event, :resume_event)))[1] = :suspend_event AS suspended
        FROM settle.event v
        JOIN settle.batch_consumption USING (batch_id)
        JOIN settle.batch_consumption s ON s.batch_id = v.source_batch_id
       WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month AND v.order_id = o.order_id
         AND v.kind <> :reinstate_event AND v.event_id <> ALL ($5::bigint[]) AND v.day <= (SELECT max(business_date) FROM settle.run_publication)
         AND NOT v.withdrawn
         AND NOT EXISTS (SELECT 1 FROM settle.event w JOIN settle.batch_consumption USING (batch_id)
                           JOIN settle.batch_consumption s ON s.batch_id = w.source_batch_id
                          WHERE w.distributor_id = v.distributor_id AND w.closing_month = v.closing_month
                            AND w.order_id = v.order_id AND w.event_id = v.event_id
                            AND (w.revision, w.withdrawn) > (v.revision, v.withdrawn))
         AND NOT EXISTS (SELECT 1 FROM settle.event u JOIN settle.batch_consumption USING (batch_id)
                           JOIN settle.batch_consumption s ON s.batch_id = u.source_batch_id
                          WHERE u.distributor_id = v.distributor_id AND u.closing_month = v.closing_month
                            AND u.order_id = v.order_id AND u.kind = :reinstate_event AND u.reinstates = v.event_id
                            AND u.day <= (SELECT max(business_date) FROM settle.run_publication)
                            AND NOT u.withdrawn
                            AND NOT EXISTS (SELECT 1 FROM settle.event w JOIN settle.batch_consumption USING (batch_id)
                                              JOIN settle.batch_consumption s ON s.batch_id = w.source_batch_id
                                             WHERE w.distributor_id = u.distributor_id
                                               AND w.closing_month = u.closing_month AND w.order_id = u.order_id
                                               AND w.event_id = u.event_id
                                               AND (w.revision, w.withdrawn) > (u.revision, u.withdrawn)))) e ON true
  LEFT JOIN LATERAL (
      SELECT sum(w.cut_minor)::bigint AS cut_minor,
             string_agg(DISTINCT (ARRAY['ceiling', 'policy-ceiling', 'life-cap'])[w.what], ' ') AS cut_by
        FROM (SELECT DISTINCT ON (y.month, y.slot, y.what) y.what, y.cut_minor
                FROM settle.cut y
                JOIN settle.run_publication p USING (run_id)
               WHERE y.distributor_id = o.distributor_id AND y.subject_id = o.order_id AND y.month >= o.closing_month
                 AND y.what < 4
               ORDER BY y.month, y.slot, y.what, y.run_id DESC) w
       WHERE w.cut_minor > 0) k ON true
 WHERE o.distributor_id = $1 AND o.closing_month BETWEEN $2 AND $3
   AND ($6::text IS NULL OR o.upstream_id = $6 OR o.order_line <> '' AND o.upstream_id || '/' || o.order_line = $6)
   AND o.closing_day <= (SELECT max(business_date) FROM settle.run_publication)
   AND (NOT o.withdrawn OR t.slot IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 ORDER BY o.closing_at, o.upstream_id COLLATE "C", o.order_line COLLATE "C", o.order_id, t.slot
