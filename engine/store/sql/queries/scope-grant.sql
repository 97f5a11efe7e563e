-- Lets a login see something. $1 login, $2 distributor, $3 outlet, $4 manager (NULL: neither), $5 reason
SELECT settle.grant_scope($1, $2, $3, $4, $5) AS position
