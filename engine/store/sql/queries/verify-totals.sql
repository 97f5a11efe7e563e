-- Columns as verify-walk
SELECT distributor_id, run_id, policy_id, carrier_id, kind, class_id, debit, credit, month, period, origin,
       transfers, amount_minor
  FROM settle.ledger_total ORDER BY 1
