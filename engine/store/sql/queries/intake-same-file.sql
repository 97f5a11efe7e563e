-- The first sealed batch of the same file. $1 SHA-256, $2 kind, $3 this batch
SELECT b.batch_id, b.file_name FROM settle.batch b
 WHERE b.file_sha256 = $1 AND b.kind = $2 AND b.state = 'sealed' AND b.batch_id <> $3
 ORDER BY 1 LIMIT 1
