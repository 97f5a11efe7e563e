-- The first and the last month that anything imported is of.
SELECT min(month) AS first_month, max(month) AS last_month FROM settle.batch_slice
