COPY settle.contract (contract_id, order_id, distributor_id, batch_id, closing_at, closing_day,
    product_id, manager_id, quantity, paid_minor, region_id, channel_id, currency, flags, revision, withdrawn)
    FROM STDIN (FORMAT binary)
