-- The distributors that a scoped login sees something of; whole: all of it. $1 only this one (NULL: all)
-- Columns as whose
SELECT s.distributor, 0 AS distributor_id, bool_or(num_nonnulls(s.outlet, s.manager) = 0) AS whole
  FROM settle_scope.scopes() s
 WHERE $1::text IS NULL OR s.distributor = $1
 GROUP BY 1
 ORDER BY s.distributor COLLATE "C"
