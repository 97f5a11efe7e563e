-- Seals a run and lets it be seen. $1 run, $2 highest codes, $3 digests of the parts, $4 seal
SELECT settle.seal_run($1, $2, $3, $4)
