-- What carriers have paid for distributors; of a receipt the last row that a run sees holds. $1, $2 distributors
SELECT distributor_id, carrier_id, currency, month, amount_minor, batch_id, receipt_id, withdrawn
  FROM settle.receipt
 WHERE distributor_id BETWEEN $1 AND $2
 ORDER BY distributor_id, receipt_id, revision, withdrawn
