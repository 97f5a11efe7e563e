-- Takes a scope away; how many. $1 login, $2 distributor (NULL: all it has), $3 outlet, $4 manager (NULL: neither), $5 reason
SELECT settle.revoke_scope($1, $2, $3, $4, $5) AS n_revoked
