COPY settle.volume_posting (distributor_id, window_end, policy_id, ordinal, scope_id, run_id, measure,
    target_minor, held_minor, released_minor, taken_minor) FROM STDIN (FORMAT binary)
