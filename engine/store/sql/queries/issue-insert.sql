INSERT INTO settle.invoice_issue (batch_run_id, carrier_id, run_id) VALUES ($1, $2, $3)
