-- What is numbered has no gaps, and the counters stand where the rows end.
-- Columns as check-finding
SELECT 0 AS run_id, 'the control log' AS place, format('%s decisions, numbered up to %s, counted %s', count(*), max(position), c.value) AS finding
  FROM settle.control_log l CROSS JOIN settle.counter c WHERE c.name = 'control'
 GROUP BY c.value HAVING count(*) <> coalesce(max(position), 0) OR coalesce(max(position), 0) <> c.value
UNION ALL
SELECT 0, 'codes of ' || (ARRAY['carriers', 'distributors', 'outlets', 'managers', 'products', 'classes', 'regions',
                                'channels'])[dim],
       format('%s of them, numbered up to %s', count(*), max(id))
  FROM settle.code GROUP BY dim HAVING count(*) <> max(id)
UNION ALL
SELECT 0, 'the watermark', format('stands at %s, the last published run is %s', c.value, max(p.run_id))
  FROM settle.counter c LEFT JOIN settle.run_publication p ON true
 WHERE c.name = 'watermark' GROUP BY c.value HAVING c.value <> coalesce(max(p.run_id), 0)
UNION ALL
SELECT max(r.run_id), 'the counter of runs', format('stands at %s, the last run is %s', c.value, max(r.run_id))
  FROM settle.counter c CROSS JOIN settle.run r WHERE c.name = 'run' GROUP BY c.value HAVING c.value < max(r.run_id)
UNION ALL
SELECT p.run_id, 'publication', 'there is no such run'
  FROM settle.run_publication p WHERE NOT EXISTS (SELECT 1 FROM settle.run r WHERE r.run_id = p.run_id)
UNION ALL
SELECT s.run_id, 'seal', 'the run was not published'
  FROM settle.run_seal s WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = s.run_id)
