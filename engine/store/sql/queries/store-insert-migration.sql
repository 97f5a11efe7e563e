INSERT INTO settle.schema_migration (number, name, hash) VALUES ($1, $2, $3)
