-- The row sums of a batch, by table. $1 batch, $2 tables, $3 rows, $4 digests in hex
INSERT INTO settle.batch_rows (batch_id, table_name, rows, digest)
SELECT $1, s.name, s.rows, decode(s.digest, 'hex')
  FROM unnest($2::text[], $3::bigint[], $4::text[]) s (name, rows, digest)
