-- $1 counter, $2 how much
UPDATE settle.counter SET value = value + $2 WHERE name = $1 RETURNING value
