-- $1 run, $2, $3 distributors, $4 month of the run's business date
SELECT distributor_id, policy_id, kind, class_id, period - date '2000-01-01', origin - date '2000-01-01',
       debit, credit, carrier_id, transfers, amount_minor
  FROM settle.ledger_total
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3 AND month = $4
