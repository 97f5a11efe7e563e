-- A distributor by its code. $1 code
-- Columns as whose
SELECT d.code AS distributor, d.id AS distributor_id FROM settle.code d WHERE d.dim = 2 AND d.code = $1
