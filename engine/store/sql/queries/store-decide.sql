-- Takes a decision; its place. $1 action, $2 subject, $3 digest of what it is on, $4 reason, $5 detail
SELECT settle.decide($1, $2, $3, $4, $5::jsonb) AS position
