-- Receipts that a file may repeat, the last row of each. $1 receipt ids
SELECT DISTINCT ON (receipt_id) receipt_id, distributor_id, month, amount_minor, batch_id, line, currency, withdrawn, revision
  FROM settle.receipt
 WHERE receipt_id = ANY ($1::bigint[])
 ORDER BY receipt_id, revision DESC, withdrawn DESC
