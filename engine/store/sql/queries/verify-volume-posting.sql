-- For its row sum: the columns behind run_id, distributor_id are those of copy-volume-posting.sql, in their order.
SELECT run_id, distributor_id, distributor_id, window_end, policy_id, ordinal, scope_id, run_id, measure,
       target_minor, held_minor, released_minor, taken_minor
  FROM settle.volume_posting
