COPY settle.event_found (order_id, event_id, batch_id) FROM STDIN (FORMAT binary)
