-- $1 carrier, $2 name, $3 version, $4 and $5 closing days, $6 document
SELECT settle.submit_policy($1, $2, $3, $4, $5, $6)
