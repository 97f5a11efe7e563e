COPY settle.bill_found (contract_id, currency, month, revision, batch_id, turn) FROM STDIN (FORMAT binary)
