-- $1 run, $2 chunks, $3 and $4 their first and last distributors, $5 the facts expected of each
SELECT settle.plan_chunks($1, $2, $3, $4, $5)
