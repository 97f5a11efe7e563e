-- Whether something was taken in.
SELECT 1 FROM settle.batch LIMIT 1
