-- For a runner who has waited; NULL: a runner holds it. $1 key, $2 milliseconds
SELECT settle.seize_lock($1, $2) AS is_taken
