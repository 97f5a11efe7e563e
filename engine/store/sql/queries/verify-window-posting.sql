-- For its row sum: the columns behind run_id, distributor_id are those of copy-window-posting.sql, in their order.
SELECT run_id, distributor_id, distributor_id, window_end, carrier_id, rule, scope_kind, scope_id, policy_id, item, run_id,
       measure, target_minor, held_minor, released_minor, taken_minor
  FROM settle.window_posting
