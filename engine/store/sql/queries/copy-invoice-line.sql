COPY settle.invoice_line (distributor_id, run_id, carrier_id, currency, tax_ppb, line, kind, class_id,
    taken_back, withheld, tax_included, transfers, net_minor, tax_minor, gross_minor)
    FROM STDIN (FORMAT binary)
