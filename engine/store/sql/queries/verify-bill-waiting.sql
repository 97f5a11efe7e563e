-- For its row sum: the columns behind batch_id are those of copy-bill-waiting.sql, in their order.
SELECT batch_id, contract_id, month, revision, batch_id, line, issue_day, billed_minor, tax_minor, cash_minor,
       arrears_minor, minutes, megabytes, currency, contract, carrier_id, turn
  FROM settle.bill_waiting
