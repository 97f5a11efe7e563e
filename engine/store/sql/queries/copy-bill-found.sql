COPY settle.bill_found (contract_id, month, revision, batch_id) FROM STDIN (FORMAT binary)
