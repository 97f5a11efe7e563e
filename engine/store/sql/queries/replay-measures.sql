-- How a run changed what is measured of windows. $1 run, $2, $3 distributors
SELECT distributor_id, window_end - date '2000-01-01', policy_id, what, rule, scope_kind, scope_id,
       month - date '2000-01-01', carrier_id, delta
  FROM settle.window_change
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
