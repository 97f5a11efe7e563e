-- The database's name, and whose Settle it has: NULL none
SELECT current_database()::text AS database,
       (SELECT pg_get_userbyid(c.relowner)::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'settle' AND c.relname = 'schema_migration') AS owner
