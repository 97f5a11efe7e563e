INSERT INTO settle.run_batch (run_id, batch_id) SELECT $1, unnest($2::integer[])
