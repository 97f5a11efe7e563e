COPY settle.product_version (product_id, valid_from, batch_id, name, carrier_id, class_id)
    FROM STDIN (FORMAT binary)
