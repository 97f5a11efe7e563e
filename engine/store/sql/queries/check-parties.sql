-- A manager is of one distributor, and an outlet of its parent's, on every day.
-- Columns as check-finding
SELECT 0 AS run_id, format('manager %s', c.code) AS place, format('is of %s distributors', count(DISTINCT o.distributor_id)) AS finding
  FROM settle.manager_span m
  JOIN settle.outlet_span o ON o.outlet_id = m.outlet_id AND o.since < m.until AND o.until > m.since
  JOIN settle.code c ON c.dim = 4 AND c.id = m.manager_id
 GROUP BY m.manager_id, c.code HAVING min(o.distributor_id) <> max(o.distributor_id)
UNION ALL
SELECT DISTINCT 0, format('outlet %s', k.code), 'is below one of another distributor'
  FROM settle.outlet_span c
  JOIN settle.outlet_span p ON p.outlet_id = c.parent_id AND p.since < c.until AND p.until > c.since
  JOIN settle.code k ON k.dim = 3 AND k.id = c.outlet_id
 WHERE p.distributor_id <> c.distributor_id
