-- Its publication. $1 run, $2 the run before
SELECT run_id, business_date, facts, settled, zero, waiting, due, transfers, amount_minor, invoices, digest, previous,
       at
  FROM settle.run_publication WHERE run_id = $1 AND $2 = $2
