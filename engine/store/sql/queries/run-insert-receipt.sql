-- Only while this runner's epoch is the current one.
INSERT INTO settle.run_receipt (run_id, chunk, epoch, facts, settled, zero, waiting, due, transfers,
                                amount_minor, invoices, content)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::numeric, $11, $12
  FROM settle.counter WHERE name = 'epoch' AND value = $3
