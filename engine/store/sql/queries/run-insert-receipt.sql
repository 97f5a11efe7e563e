-- Only while this runner's epoch is the current one.
-- Read first, and then written: on Citus the other way would lock the source for writing, which is not granted.
WITH epoch AS MATERIALIZED (SELECT 1 FROM settle.counter WHERE name = 'epoch' AND value = $3)
INSERT INTO settle.run_receipt (run_id, chunk, epoch, facts, settled, zero, waiting, due, transfers,
                                amount_minor, invoices)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::numeric, $11
  FROM epoch
