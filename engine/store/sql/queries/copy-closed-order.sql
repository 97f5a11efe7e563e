COPY settle.closed_order (closing_month, distributor_id, order_id, batch_id, closing_day, product_id,
    manager_id, quantity, paid_minor, region_id, channel_id, currency, flags, carrier_id, contract_id,
    closing_at, line, upstream_id, contract, revision, withdrawn) FROM STDIN (FORMAT binary)
