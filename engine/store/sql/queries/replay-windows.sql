-- What a run posted windows to. $1 run, $2, $3 distributors
SELECT distributor_id, window_end - date '2000-01-01', policy_id, rule, scope_kind, scope_id, item, carrier_id, measure,
       target_minor, held_minor, released_minor, taken_minor
  FROM settle.window_posting
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
