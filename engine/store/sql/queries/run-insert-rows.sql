-- The row sums of a chunk, by table. $1 run, $2 chunk, $3 tables, $4 rows, $5 digests in hex
INSERT INTO settle.chunk_rows (run_id, chunk, table_name, rows, digest)
SELECT $1, $2, s.name, s.rows, decode(s.digest, 'hex')
  FROM unnest($3::text[], $4::bigint[], $5::text[]) s (name, rows, digest)
