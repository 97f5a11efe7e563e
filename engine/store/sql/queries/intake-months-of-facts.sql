-- The first and the last month that anything imported is of.
SELECT min(month), max(month) FROM settle.batch_slice
