-- The row sums of batches, as they were taken in.
-- Columns as verify-kept
SELECT table_name, batch_id AS id, 0 AS chunk, rows, digest FROM settle.batch_rows ORDER BY table_name COLLATE "C", batch_id
