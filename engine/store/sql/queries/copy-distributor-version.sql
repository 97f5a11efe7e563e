COPY settle.distributor_version (distributor_id, valid_from, batch_id, name, tier, status)
    FROM STDIN (FORMAT binary)
