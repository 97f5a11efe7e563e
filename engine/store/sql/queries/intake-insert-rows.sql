-- The row sums of a batch, by table. $1 batch, $2 no chunk, $3 tables, $4 rows, $5 digests in hex
INSERT INTO settle.batch_rows (batch_id, table_name, rows, digest)
SELECT $1, s.name, s.rows, decode(s.digest, 'hex')
  FROM unnest($3::text[], $4::bigint[], $5::text[]) s (name, rows, digest)
 WHERE $2::integer = 0
