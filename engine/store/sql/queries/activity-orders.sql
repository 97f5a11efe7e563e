-- A distributor's settled orders of some closing months, each with what its slots stand at; orders by closing time and
-- the carrier's id, slots ascending; one row without a slot for an order that nothing was posted for. The state: what
-- happened to it that is in force (not reinstated, dated by now, not for nothing), else what came of it.
-- Of an order that is withdrawn, or that another revision took to another distributor, there is what was posted, and nothing
-- was sold.
-- $1 distributor, $2, $3 months, $4 events that count for nothing, $5 only orders of this id, or id/line (NULL: all), $6 zone
-- Columns as activity-order
SELECT v.order_id, coalesce(v.upstream_id || coalesce('/' || NULLIF(v.order_line, ''), ''), '(erased) #' || v.order_id) AS order_no,
       to_char(v.closing_at AT TIME ZONE $6::text, 'YYYY-MM-DD"T"HH24:MI:SS') AS closed_at, v.closing_day, v.closing_month,
       v.carrier, v.outlet_id, v.outlet, v.manager, v.product, v.quantity, v.paid_minor, v.currency_no, v.slot, v.kind_no,
       v.net_minor, v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager,
       :order_zero_because AS zero_because, :order_state AS state,
       v.cut_minor, v.cut_by, v.withdrawn
  FROM settle_view.activity_order v
  :order_events
 WHERE v.distributor_id = $1 AND v.closing_month BETWEEN $2 AND $3
   AND ($5::text IS NULL OR v.upstream_id = $5 OR v.order_line <> '' AND v.upstream_id || '/' || v.order_line = $5)
 ORDER BY v.closing_at, v.upstream_id COLLATE "C", v.order_line COLLATE "C", v.order_id, v.slot
