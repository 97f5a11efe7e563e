COPY settle.receipt (distributor_id, receipt_id, batch_id, line, carrier_id, month, currency, amount_minor,
    upstream_id, revision, withdrawn) FROM STDIN (FORMAT binary)
