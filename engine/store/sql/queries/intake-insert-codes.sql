-- New codes. $1 dimension, $2 ids, $3 codes
INSERT INTO settle.code (dim, id, code)
SELECT $1::integer, n.id, n.code FROM unnest($2::integer[], $3::text[]) AS n (id, code)
