-- What a distributor's volume windows stand at that end in some months. $1 distributor, $2, $3 months
-- Columns as activity-window
SELECT v.window_end, v.last_day, v.carrier, v.outlet_id, v.outlet, v.manager, v.currency_no, v.slot, v.kind_no, v.net_minor,
       v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager
  FROM settle_view.activity_window v
 WHERE v.distributor_id = $1 AND v.window_end BETWEEN $2 AND $3
 ORDER BY v.window_end, v.subject_id, v.slot
