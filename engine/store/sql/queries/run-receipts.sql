-- What carriers have paid for distributors. $1, $2 distributors
SELECT distributor_id, carrier_id, currency, month, amount_minor, batch_id
  FROM settle.receipt
 WHERE distributor_id BETWEEN $1 AND $2
