-- What accounts stood at after a run. $1 run, $2, $3 distributors, $4 month of the run's business date
SELECT distributor_id, carrier_id, currency, role, balance_minor
  FROM settle.account_balance
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3 AND month = $4
