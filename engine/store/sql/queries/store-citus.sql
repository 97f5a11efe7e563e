-- Whether the database has the extension.
SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') AS is_there
