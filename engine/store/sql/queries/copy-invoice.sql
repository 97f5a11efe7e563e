COPY settle.invoice (distributor_id, run_id, carrier_id, currency, tax_ppb, chunk, place, after_run,
    carried, lines, transfers, net_minor, tax_minor, gross_minor, withheld_minor, payable_minor,
    tax_added_minor, brought_minor, covered_minor) FROM STDIN (FORMAT binary)
