-- Whose orders of an id, or id/line, are. $1 id
-- Columns as whose
SELECT DISTINCT d.code COLLATE "C" AS distributor, d.id AS distributor_id
  FROM settle.closed_order o
  JOIN settle.code d ON d.dim = 2 AND d.id = o.distributor_id
 WHERE o.upstream_id = $1 OR o.order_line <> '' AND o.upstream_id || '/' || o.order_line = $1
 ORDER BY 1
