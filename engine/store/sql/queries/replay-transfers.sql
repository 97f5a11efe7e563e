-- What is stored of a run. $1 run, $2, $3 distributors
SELECT subject_id, amount_minor, target_minor, distributor_id, policy_id, slot, period, origin, class_id,
       revision, kind, debit, credit
  FROM settle.transfer
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
