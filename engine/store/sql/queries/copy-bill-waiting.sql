COPY settle.bill_waiting (contract_id, month, revision, batch_id, line, issue_day, billed_minor,
    tax_minor, cash_minor, arrears_minor, minutes, megabytes, currency, contract, carrier_id,
    turn)
    FROM STDIN (FORMAT binary)
