COPY settle.fact_repeat (fact_id, month, kind, currency, revision, batch_id) FROM STDIN (FORMAT binary)
