-- The highest id of each dimension, in their order.
SELECT coalesce((SELECT max(id) FROM settle.code WHERE dim = d), 0) AS last_id
  FROM generate_series(1, 8) AS d ORDER BY d
