-- What ceilings let through of orders by now, in some months, and since which version's activation it is known (of others
-- 0). $1 distributors, $2, $3 months, $4 run, $5 abandoned runs
SELECT distributor_id, carrier_id, rule, scope_id AS currency, window_end, policy_id AS since, sum(delta)::bigint AS used
  FROM settle.window_change
 WHERE distributor_id = ANY ($1::integer[]) AND (window_end BETWEEN $2 AND $3 OR window_end = date '1900-01-01') AND what = 2
   AND scope_kind = 0 AND run_id < $4 AND run_id <> ALL ($5::integer[])
 GROUP BY 1, 2, 3, 4, 5, 6
