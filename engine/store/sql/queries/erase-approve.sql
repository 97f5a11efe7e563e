-- Erases what was asked for. $1 request, $2 carrier, $3 order, $4 its line, $5 contract, $6 batch; what is not meant is NULL
SELECT e.table_name, e.erased FROM settle.erase_text($1, $2, $3, coalesce($4, ''), $5, $6::text::integer) e
