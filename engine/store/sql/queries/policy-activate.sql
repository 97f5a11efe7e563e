-- The number of a policy that comes to hold. $1 hash, $2 carrier, $3 name, $4 version, $5 and $6 closing days, $7 currency,
-- $8 tax, $9 kinds and $10 names of its rules
SELECT settle.activate_policy($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS policy_id
