-- For its row sum: the columns behind batch_id are those of copy-bill-found.sql, in their order.
SELECT batch_id, contract_id, currency, month, revision, batch_id, turn
  FROM settle.bill_found
