-- Asks for texts to be erased. $1 reason, $2 carrier, $3 order, $4 its line, $5 contract, $6 batch; what is not meant is NULL
SELECT settle.ask_erasure($1, $2, $3, coalesce($4, ''), $5, $6::text::integer) AS request
