-- Until the end of the transaction. $1 key
SELECT pg_try_advisory_xact_lock($1) AS is_taken
