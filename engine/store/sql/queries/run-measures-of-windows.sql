-- Measures of some distributors' windows before this run. $1 distributors, $2 window ends, $3 carriers (one of each a
-- window), $4, $5 first and last distributor, $6 run, $7 abandoned runs
-- A sum that leaves 64 bits is their largest number.
-- Columns as run-window, run-measure
SELECT d.distributor_id, d.carrier_id, d.rule, d.window_end, d.scope_kind, d.scope_id, greatest(least(sum(d.delta), 9223372036854775807), -9223372036854775807)::bigint AS value,
       d.month
  FROM unnest($1::integer[], $2::date[], $3::integer[]) AS k (distributor_id, window_end, carrier_id)
  JOIN settle.window_change d ON d.distributor_id = k.distributor_id AND d.window_end = k.window_end
                            AND d.carrier_id = k.carrier_id
 WHERE d.what = 1 AND d.distributor_id BETWEEN $4 AND $5 AND d.run_id < $6 AND d.run_id <> ALL ($7::integer[])
 GROUP BY 1, 2, 3, 4, 5, 6, d.month
