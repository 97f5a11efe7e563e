COPY settle.account_balance (distributor_id, month, carrier_id, currency, role, run_id, balance_minor)
    FROM STDIN (FORMAT binary)
