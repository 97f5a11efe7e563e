-- Every transfer, by distributor: an ordered walk over the keys of all periods.
-- Columns as verify-walk
SELECT distributor_id, subject_id, amount_minor, target_minor, run_id, policy_id, slot, period, origin, class_id,
       revision, kind, debit, credit, cause
  FROM settle.transfer
 ORDER BY distributor_id
