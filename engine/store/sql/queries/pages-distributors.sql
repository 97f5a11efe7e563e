-- Distributors to write pages of. $1 only this one (NULL: all)
-- Columns as whose
SELECT d.code AS distributor, d.id AS distributor_id FROM settle.code d
 WHERE d.dim = 2 AND ($1::text IS NULL OR d.code = $1)
 ORDER BY d.id
