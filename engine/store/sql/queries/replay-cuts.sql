-- What a run says that ceilings, caps and tolerances took. $1 run, $2, $3 distributors, $4, $5 months
SELECT distributor_id, month - date '2000-01-01', subject_id, slot, what, policy_id, earned_minor, cut_minor
  FROM settle.cut
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3 AND month BETWEEN $4 AND $5
