-- The invoice batches that it issued. $1 run, $2 the run before
SELECT batch_run_id, carrier_id
  FROM settle.invoice_issue WHERE run_id = $1 AND $2 = $2 ORDER BY 1, 2
