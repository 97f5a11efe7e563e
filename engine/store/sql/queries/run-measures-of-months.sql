-- Measures of windows before this run. $1, $2 distributors, $3 window ends, $4 run, $5 abandoned runs
-- A sum that leaves 64 bits is their largest number.
-- Columns as run-window, run-measure
SELECT distributor_id, carrier_id, rule, window_end, scope_kind, scope_id, greatest(least(sum(delta), 9223372036854775807), -9223372036854775807)::bigint AS value,
       month
  FROM settle.window_change
 WHERE what = 1 AND distributor_id BETWEEN $1 AND $2 AND window_end = ANY ($3::date[])
   AND run_id < $4 AND run_id <> ALL ($5::integer[])
 GROUP BY 1, 2, 3, 4, 5, 6, month
