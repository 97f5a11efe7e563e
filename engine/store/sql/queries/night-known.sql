-- A sealed batch of that file. $1 SHA-256, $2 kind
SELECT b.batch_id, b.file_name, b.business_date, b.rows_read
  FROM settle.batch b
 WHERE b.file_sha256 = $1 AND b.kind = $2 AND b.state = 'sealed'
 ORDER BY 1 LIMIT 1
