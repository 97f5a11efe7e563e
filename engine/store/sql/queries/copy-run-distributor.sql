COPY settle.run_distributor (run_id, distributor_id, carrier_id, transfers, digest) FROM STDIN (FORMAT binary)
