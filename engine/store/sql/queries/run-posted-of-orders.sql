-- What was posted for some orders. $1 distributors, $2 orders, $3 first period, $4 run
SELECT t.distributor_id, t.subject_id, t.run_id, t.slot, t.target_minor
  FROM unnest($1::integer[], $2::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.transfer t ON t.distributor_id = k.distributor_id AND t.subject_id = k.order_id
 WHERE t.period >= $3 AND t.run_id < $4
