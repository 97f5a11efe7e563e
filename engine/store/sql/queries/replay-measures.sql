-- How a run changed the measures of windows. $1 run, $2, $3 distributors
SELECT distributor_id, window_end - date '2000-01-01', policy_id, ordinal, scope_id, delta
  FROM settle.volume_delta
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
