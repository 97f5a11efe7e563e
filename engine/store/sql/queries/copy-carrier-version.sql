COPY settle.carrier_version (carrier_id, valid_from, batch_id, name, status) FROM STDIN (FORMAT binary)
