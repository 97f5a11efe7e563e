-- The row sums of batches, as they were taken in.
SELECT table_name, batch_id, 0, rows, digest FROM settle.batch_rows ORDER BY table_name COLLATE "C", batch_id
