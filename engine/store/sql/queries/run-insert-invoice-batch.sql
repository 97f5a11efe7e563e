INSERT INTO settle.invoice_batch (run_id, carrier_id, cut_off, invoices, lines, net_minor, tax_minor,
                                  gross_minor, withheld_minor, payable_minor, carried, digest)
VALUES ($1, $2, $3, $4, $5, $6::numeric, $7::numeric, $8::numeric, $9::numeric, $10::numeric, $11, $12)
