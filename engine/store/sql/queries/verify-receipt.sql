-- For its row sum: the columns behind batch_id are those of copy-receipt.sql, in their order.
SELECT batch_id, distributor_id, receipt_id, batch_id, line, carrier_id, month, currency, amount_minor,
       upstream_id, revision, withdrawn
  FROM settle.receipt
