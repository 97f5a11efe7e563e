-- For its row sum: the columns behind batch_id are those of copy-month-complete.sql, in their order.
SELECT batch_id, carrier_id, month, batch_id, line, revision, withdrawn
  FROM settle.month_complete
