-- What a run posted windows to. $1 run, $2, $3 distributors
SELECT distributor_id, window_end - date '2000-01-01', policy_id, ordinal, scope_id, measure, target_minor,
       held_minor, released_minor, taken_minor
  FROM settle.volume_posting
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
