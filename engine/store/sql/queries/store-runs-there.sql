-- Whether the schema is so far made that there can be runs.
SELECT to_regclass('settle.run_abandonment') IS NOT NULL AND to_regclass('settle.run_publication') IS NOT NULL AS is_there
