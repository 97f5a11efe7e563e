-- For its row sum: the columns behind run_id, distributor_id are those of copy-volume-delta.sql, in their order.
SELECT run_id, distributor_id, distributor_id, window_end, policy_id, ordinal, scope_id, run_id, delta
  FROM settle.volume_delta
