COPY settle.quarantine (batch_id, line, field, field_no, value, reason, message, raw)
    FROM STDIN (FORMAT binary)
