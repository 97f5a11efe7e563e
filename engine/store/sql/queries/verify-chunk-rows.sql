-- The row sums of chunks, as they were written.
-- Columns as verify-kept
SELECT table_name, run_id AS id, chunk, rows, digest FROM settle.chunk_rows ORDER BY table_name COLLATE "C", run_id, chunk
