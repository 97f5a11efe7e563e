INSERT INTO settle.run_chunk (run_id, chunk, first_distributor, last_distributor, expected)
SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::bigint[])
