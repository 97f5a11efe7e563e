-- What was posted for the orders of a range of distributors. $1, $2 distributors, $3 first period, $4 run
SELECT t.distributor_id, t.subject_id, t.run_id, t.slot, t.target_minor
  FROM settle.transfer t
 WHERE t.distributor_id BETWEEN $1 AND $2 AND t.period >= $3 AND t.run_id < $4
   AND t.subject_id < 4611686018427387904
