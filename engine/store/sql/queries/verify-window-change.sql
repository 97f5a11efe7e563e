-- For its row sum: the columns behind run_id, distributor_id are those of copy-window-change.sql, in their order.
SELECT run_id, distributor_id, distributor_id, window_end, carrier_id, what, rule, scope_kind, scope_id, policy_id, run_id,
       delta
  FROM settle.window_change
