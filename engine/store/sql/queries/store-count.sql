-- Adds to a counter, returns what it then is, and locks it. $1 counter, $2 how much
SELECT settle.count($1, $2) AS value
