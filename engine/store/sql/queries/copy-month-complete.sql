COPY settle.month_complete (carrier_id, month, batch_id, line, revision, withdrawn) FROM STDIN (FORMAT binary)
