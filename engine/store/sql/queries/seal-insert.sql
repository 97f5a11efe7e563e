INSERT INTO settle.run_seal (run_id, codes, parts, seal) VALUES ($1, $2, $3, $4)
