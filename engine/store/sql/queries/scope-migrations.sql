-- As store-migrations, for a scoped login.
-- Columns as migration
SELECT m.number, m.hash FROM settle_scope.schema_migration m ORDER BY m.number
