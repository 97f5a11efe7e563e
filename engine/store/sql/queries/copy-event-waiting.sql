COPY settle.event_waiting (order_id, event_id, batch_id, line, kind, day, whole, amount_minor, reinstates,
    happened_at, currency, carrier_id, upstream_id, order_upstream_id) FROM STDIN (FORMAT binary)
