-- As activity-orders, of what a scoped login sees. $1 distributor's code, $2, $3 months, $4 events that count for nothing,
-- $5 only orders of this id, or id/line (NULL: all)
-- Columns as activity-order
SELECT v.order_id, v.order_no, v.closed_at, v.closing_day, v.closing_month,
       v.carrier, v.outlet_id, v.outlet, v.manager, v.product, v.quantity, v.paid_minor, v.currency_no, v.slot, v.kind_no,
       v.net_minor, v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager,
       :order_zero_because AS zero_because, :order_state AS state,
       v.cut_minor, v.cut_by, v.withdrawn
  FROM settle_scope.orders($1, $2, $3, $5) WITH ORDINALITY v (
       order_id, order_no, closed_at, closing_day, closing_month, carrier, distributor, outlet, manager, product, quantity,
       paid_minor, currency_no, withdrawn, slot, kind_no, net_minor, held_minor, back_minor, split_distributor, split_outlet,
       split_manager, zero_because, event_ids, event_kinds, event_wholes, event_amounts, cut_minor, cut_by, outlet_id, nth)
  :order_events
 ORDER BY v.nth
