-- How many rows of each table were to be emptied, by the decisions on it.
SELECT d.key AS table_name, sum(least((d.value #>> '{}')::numeric, 1000000000000))::bigint AS n_rows
  FROM settle.control_log l
 CROSS JOIN LATERAL jsonb_each(l.detail) d
 WHERE l.action = 'text-erase' AND jsonb_typeof(d.value) = 'number'
 GROUP BY d.key
