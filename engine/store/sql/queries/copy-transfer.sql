COPY settle.transfer (distributor_id, period, subject_id, run_id, slot, amount_minor, target_minor,
    policy_id, origin, cause, class_id, revision, kind, debit, credit) FROM STDIN (FORMAT binary)
