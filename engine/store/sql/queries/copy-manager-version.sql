COPY settle.manager_version (manager_id, valid_from, batch_id, name, outlet_id)
    FROM STDIN (FORMAT binary)
