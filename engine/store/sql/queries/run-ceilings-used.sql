-- What ceilings let through by now, window by window. $1 distributors, $2 run, $3 abandoned runs
SELECT distributor_id, carrier_id, policy_id, rule, window_end, sum(delta)::bigint AS used
  FROM settle.window_change
 WHERE distributor_id = ANY ($1::integer[]) AND what = 2 AND run_id < $2 AND run_id <> ALL ($3::integer[])
 GROUP BY 1, 2, 3, 4, 5
HAVING sum(delta) <> 0
