-- What ceilings and tolerances took of some distributors' orders and windows, as last said before this run.
-- $1 distributors, $2, $3 months, $4 run, $5 abandoned runs
-- Columns as run-cut
SELECT DISTINCT ON (distributor_id, month, subject_id, slot, what)
       distributor_id, month, subject_id, slot, what, policy_id, earned_minor, cut_minor
  FROM settle.cut
 WHERE distributor_id = ANY ($1::integer[]) AND month BETWEEN $2 AND $3 AND what <> 3 AND run_id < $4
   AND run_id <> ALL ($5::integer[])
 ORDER BY distributor_id, month, subject_id, slot, what, run_id DESC
