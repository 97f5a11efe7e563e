-- Whether the receipt of a chunk was written: another runner may have taken over. $1 run, $2 chunk, $3 epoch, $4 facts,
-- $5 settled, $6 zero, $7 waiting, $8 due, $9 transfers, $10 amount, $11 invoices; $12 tables, $13 rows and $14 digests
-- in hex of what stands beside its transfers
SELECT settle.write_receipt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::numeric, $11, $12, $13, $14) AS is_written
