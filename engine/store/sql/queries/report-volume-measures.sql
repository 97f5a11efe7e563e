-- What volume windows measure by now, of windows that end in a month or later. $1 first day of the month, $2 carrier,
-- $3 distributor (NULL: any)
SELECT v.carrier_id, v.rule, v.scope_kind, v.window_end, d.code, coalesce(o.code, '') AS outlet,
       coalesce(m.code, '') AS manager, greatest(least(sum(v.delta), 9223372036854775807), -9223372036854775807)::bigint AS measure
  FROM settle.window_change v
  JOIN settle.run_publication q USING (run_id)
  JOIN settle.code c ON c.dim = 1 AND c.id = v.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = v.distributor_id
  LEFT JOIN settle.code o ON v.scope_kind = 1 AND o.dim = 3 AND o.id = v.scope_id
  LEFT JOIN settle.code m ON v.scope_kind = 2 AND m.dim = 4 AND m.id = v.scope_id
 WHERE v.what = 1 AND v.window_end >= $1::text::date
   AND ($2::text IS NULL OR c.code = $2) AND ($3::text IS NULL OR d.code = $3)
 GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(v.delta) <> 0
 ORDER BY 4, 5, 1, 2, 6, 7
