COPY settle.agenda (distributor_id, run_id, order_id, what, slot, closing_month, look_day, bill_month,
    revision, carrier_id) FROM STDIN (FORMAT binary)
