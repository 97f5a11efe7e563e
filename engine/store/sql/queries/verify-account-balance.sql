-- For its row sum: the columns behind run_id, distributor_id are those of copy-account-balance.sql, in their order.
SELECT run_id, distributor_id, distributor_id, month, carrier_id, currency, role, run_id, balance_minor
  FROM settle.account_balance
