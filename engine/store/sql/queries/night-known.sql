-- A sealed batch of that file that stands, of that day if there is one. $1 SHA-256, $2 kind, $3 business date
SELECT b.batch_id, b.file_name, b.business_date, b.rows_read
  FROM settle.batch b
 WHERE b.file_sha256 = $1 AND b.kind = $2 AND b.state = 'sealed'
   AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal x WHERE x.batch_id = b.batch_id)
 ORDER BY b.business_date <> $3::date, 1 LIMIT 1
