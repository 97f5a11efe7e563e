-- Ids are dense in each dimension: one counter each instead of 'code', which nothing uses any more (the
-- row stays: counters are never deleted). Ids index arrays.
INSERT INTO settle.counter (name, value)
SELECT d.name, coalesce((SELECT max(c.id) FROM settle.code c WHERE c.dim = d.dim), 0)
  FROM (VALUES ('code-carrier', 1), ('code-distributor', 2), ('code-outlet', 3), ('code-manager', 4),
               ('code-product', 5), ('code-class', 6), ('code-region', 7), ('code-channel', 8))
       AS d (name, dim);
