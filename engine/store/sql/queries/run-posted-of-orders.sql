-- What was posted for some orders in one period: its partition alone is planned for, so that many orders are merged and
-- few looked up. $1 period, $2 distributors, $3 orders, $4, $5 first and last distributor, $6 run,
-- $7, $8 first and last order
SELECT t.distributor_id, t.subject_id, t.run_id, t.slot, t.target_minor, t.class_id
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.transfer t ON t.distributor_id = k.distributor_id AND t.subject_id = k.order_id
 WHERE t.period = $1 AND t.distributor_id BETWEEN $4 AND $5 AND t.run_id < $6 AND t.subject_id BETWEEN $7 AND $8
