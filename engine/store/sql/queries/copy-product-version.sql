COPY settle.product_version (product_id, valid_from, batch_id, name, carrier_id, class_id, sales_from,
    sales_to)
    FROM STDIN (FORMAT binary)
