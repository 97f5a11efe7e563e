-- The files that were taken in.
SELECT batch_id, file_name, file_sha256, file_bytes FROM settle.batch WHERE file_name IS NOT NULL AND state = 'sealed' ORDER BY batch_id
