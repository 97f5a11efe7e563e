-- The numbers of its invoices. $1 run, $2 the run before
SELECT chunk, carrier_id, year, base
  FROM settle.invoice_base WHERE run_id = $1 AND $2 = $2 ORDER BY 1, 2
