-- What accounts stood at, by distributor; 0: deposits of carriers.
-- Columns as verify-walk
SELECT distributor_id, run_id, month, carrier_id, currency, role, balance_minor FROM settle.account_balance ORDER BY 1
