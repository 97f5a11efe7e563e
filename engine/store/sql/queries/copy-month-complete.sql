COPY settle.month_complete (carrier_id, month, batch_id, line) FROM STDIN (FORMAT binary)
