COPY settle.volume_delta (distributor_id, window_end, policy_id, ordinal, scope_id, run_id, delta)
    FROM STDIN (FORMAT binary)
