-- What ceilings let through by now, month by month. $1 distributors, $2 run, $3 abandoned runs
SELECT distributor_id, carrier_id, rule, scope_kind, scope_id AS currency, window_end, sum(delta)::bigint AS used
  FROM settle.window_change
 WHERE distributor_id = ANY ($1::integer[]) AND what = 2 AND run_id < $2 AND run_id <> ALL ($3::integer[])
 GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(delta) <> 0
