-- Their receipts. $1 run, $2 the run before
SELECT chunk, epoch, facts, settled, zero, waiting, due, transfers, amount_minor, invoices, at, content
  FROM settle.run_receipt WHERE run_id = $1 AND $2 = $2 ORDER BY 1
