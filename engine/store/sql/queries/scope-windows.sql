-- As activity-windows, of what a scoped login sees. $1 distributor's code, $2, $3 months
-- Columns as activity-window
SELECT v.window_end, v.last_day, v.carrier, v.outlet_id, v.outlet, v.manager, v.currency_no, v.slot, v.kind_no, v.net_minor,
       v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager
  FROM settle_scope.windows($1, $2, $3) v
