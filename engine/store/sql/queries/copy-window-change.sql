COPY settle.window_change (distributor_id, window_end, carrier_id, what, rule, scope_kind, scope_id, policy_id, run_id,
    delta) FROM STDIN (FORMAT binary)
