COPY settle.order_outcome (distributor_id, closing_month, order_id, run_id, outcome, paid_minor,
    carrier_id) FROM STDIN (FORMAT binary)
