-- For its row sum: the columns behind batch_id are those of copy-quarantine.sql, in their order.
SELECT batch_id, batch_id, line, field, field_no, value, reason, message, raw
  FROM settle.quarantine
