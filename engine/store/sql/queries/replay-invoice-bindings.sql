-- Which runs they bind. $1 run, $2, $3 distributors
SELECT distributor_id, carrier_id, currency, tax_ppb, after_run, up_to_run
  FROM settle.invoice_binding
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
