-- For its row sum: the columns behind run_id, distributor_id are those of copy-ledger-total.sql, in their order.
SELECT run_id, distributor_id, distributor_id, month, run_id, policy_id, carrier_id, kind, class_id, period,
       origin, debit, credit, transfers, amount_minor
  FROM settle.ledger_total
