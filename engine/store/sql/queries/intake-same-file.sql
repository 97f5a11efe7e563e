-- The first sealed batch of the same file that stands. $1 SHA-256, $2 kind, $3 this batch
SELECT b.batch_id, b.file_name FROM settle.batch b
 WHERE b.file_sha256 = $1 AND b.kind = $2 AND b.state = 'sealed' AND b.batch_id <> $3
   AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal x WHERE x.batch_id = b.batch_id)
 ORDER BY 1 LIMIT 1
