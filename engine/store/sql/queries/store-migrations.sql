-- What was applied.
-- Columns as migration
SELECT number, hash FROM settle.schema_migration ORDER BY number
