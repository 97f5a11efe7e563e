COPY settle.outlet_version (outlet_id, valid_from, batch_id, name, distributor_id, parent_id)
    FROM STDIN (FORMAT binary)
