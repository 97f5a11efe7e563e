INSERT INTO settle.staging_taken (source, kind, up_to, batch_id) VALUES ($1, $2, $3, $4)
