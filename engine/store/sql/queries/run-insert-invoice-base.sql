INSERT INTO settle.invoice_base (run_id, chunk, carrier_id, year, base) VALUES ($1, $2, $3, $4, $5)
