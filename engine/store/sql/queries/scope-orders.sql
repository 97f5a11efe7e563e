-- As activity-orders, of what a scoped login sees. $1 distributor's code, $2, $3 months, $4 events that count for nothing,
-- $5 only orders of this id, or id/line (NULL: all)
-- Columns as activity-order
SELECT v.order_id, v.order_no, v.closed_at, v.closing_day, v.closing_month,
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
  FROM settle_scope.orders($1, $2, $3, $5) WITH ORDINALITY v (
       order_id, order_no, closed_at, closing_day, closing_month, carrier, distributor, outlet, manager, product, quantity,
       paid_minor, currency_no, withdrawn, slot, kind_no, net_minor, held_minor, back_minor, split_distributor, split_outlet,
       split_manager, zero_because, event_ids, event_kinds, event_wholes, event_amounts, cut_minor, cut_by, outlet_id, nth)
  LEFT JOIN LATERAL (
      SELECT bool_or(x.kind = :fraud_event) AS fraud, bool_or(x.whole) AS whole, sum(x.amount_minor) AS refunded,
             bool_or(x.kind = :cancel_event) AS cancelled, bool_or(x.kind = :port_out_event) AS ported_out,
             bool_or(x.kind = :number_transfer_event) AS transferred,
             (array_agg(x.kind ORDER BY x.place DESC) FILTER (WHERE x.kind IN (:suspend_event, :resume_event)))[1]
             = :suspend_event AS suspended
        FROM unnest(v.event_ids, v.event_kinds, v.event_wholes, v.event_amounts) WITH ORDINALITY
             x (event_id, kind, whole, amount_minor, place)
       WHERE x.event_id <> ALL ($4::bigint[])) e ON v.event_ids IS NOT NULL
 ORDER BY v.nth
