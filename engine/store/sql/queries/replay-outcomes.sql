-- $1 run, $2, $3 distributors, $4, $5 closing months
SELECT distributor_id, closing_month - date '2000-01-01', order_id, outcome, paid_minor, carrier_id
  FROM settle.order_outcome
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3 AND closing_month BETWEEN $4 AND $5
