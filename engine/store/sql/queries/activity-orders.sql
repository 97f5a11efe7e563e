-- A distributor's settled orders of some closing months, each with what its slots stand at; orders by closing time and
-- the carrier's id, slots ascending; one row without a slot for an order that nothing was posted for. The state: what
-- happened to it that is in force (not reinstated, dated by now, not for nothing), else what came of it.
-- Of an order that is withdrawn, or that another revision took to another distributor, there is what was posted, and nothing
-- was sold.
-- $1 distributor, $2, $3 months, $4 zone, $5 events that count for nothing, $6 only orders of this id, or id/line (NULL: all)
-- Columns as activity-order
SELECT v.order_id, coalesce(v.upstream_id || coalesce('/' || NULLIF(v.order_line, ''), ''), '(erased) #' || v.order_id) AS order_no,
       to_char(v.closing_at AT TIME ZONE $4::text, 'YYYY-MM-DD"T"HH24:MI:SS') AS closed_at, v.closing_day, v.closing_month,
       v.carrier, v.outlet_id, v.outlet, v.manager, v.product, v.quantity, v.paid_minor, v.currency_no, v.slot, v.kind_no,
       v.net_minor, v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager,
       CASE WHEN v.slot IS NULL AND v.cut_minor > 0 AND coalesce(v.zero_because, 'zero') = 'zero' THEN v.cut_by
            ELSE coalesce(v.zero_because, '') END AS zero_because,
       CASE WHEN v.withdrawn THEN 'withdrawn' WHEN e.fraud THEN 'fraud'
            WHEN e.whole OR (v.paid_minor > 0 AND e.refunded >= v.paid_minor) THEN 'refunded'
            WHEN e.cancelled THEN 'cancelled' WHEN e.ported_out THEN 'ported-out'
            WHEN e.transferred THEN 'number-transferred' WHEN e.suspended THEN 'suspended'
            WHEN e.refunded > 0 THEN 'partly-refunded' WHEN v.slot IS NOT NULL THEN 'settled'
            WHEN v.zero_because IS NOT NULL OR v.cut_minor > 0 THEN 'zero' ELSE 'waiting' END AS state,
       v.cut_minor, v.cut_by, v.withdrawn
  FROM settle_view.activity_order v
  LEFT JOIN LATERAL (
      SELECT bool_or(x.kind = :fraud_event) AS fraud, bool_or(x.whole) AS whole, sum(x.amount_minor) AS refunded,
             bool_or(x.kind = :cancel_event) AS cancelled, bool_or(x.kind = :port_out_event) AS ported_out,
             bool_or(x.kind = :number_transfer_event) AS transferred,
             (array_agg(x.kind ORDER BY x.place DESC) FILTER (WHERE x.kind IN (:suspend_event, :resume_event)))[1]
             = :suspend_event AS suspended
        FROM unnest(v.event_ids, v.event_kinds, v.event_wholes, v.event_amounts) WITH ORDINALITY
             x (event_id, kind, whole, amount_minor, place)
       WHERE x.event_id <> ALL ($5::bigint[])) e ON v.event_ids IS NOT NULL
 WHERE v.distributor_id = $1 AND v.closing_month BETWEEN $2 AND $3
   AND ($6::text IS NULL OR v.upstream_id = $6 OR v.order_line <> '' AND v.upstream_id || '/' || v.order_line = $6)
 ORDER BY v.closing_at, v.upstream_id COLLATE "C", v.order_line COLLATE "C", v.order_id, v.slot
