-- Where the database lies, and where it lay at the last run (NULL: there was none), or was said to lie since.
SELECT settle.server() AS now, settle.known_server() AS known, (SELECT max(r.run_id) FROM settle.run r) AS last_run
