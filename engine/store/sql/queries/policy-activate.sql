-- The number of a policy that comes to hold. $1 hash, $2 carrier, $3 name, $4 version, $5 and $6 closing days, $7 currency,
-- $8 tax, $9 whether amounts include it, $10 kinds and $11 names of its rules,
-- $12 three parts of each rule's split (zeros: none)
SELECT settle.activate_policy($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS policy_id
