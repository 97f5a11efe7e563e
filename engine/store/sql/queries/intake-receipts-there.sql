-- Receipts that a file may repeat. $1 receipt ids
SELECT receipt_id, distributor_id, month, amount_minor, batch_id, line, currency
  FROM settle.receipt
 WHERE receipt_id = ANY ($1::bigint[])
