COPY settle.window_posting (distributor_id, window_end, carrier_id, rule, scope_kind, scope_id, policy_id, item, run_id,
    measure, target_minor, held_minor, released_minor, taken_minor) FROM STDIN (FORMAT binary)
