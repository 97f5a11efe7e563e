COPY settle.ledger_total (distributor_id, month, run_id, policy_id, carrier_id, kind, class_id, period,
    origin, debit, credit, transfers, amount_minor) FROM STDIN (FORMAT binary)
