-- What lifetime caps took of some orders in a month, as last said before this run. $1 month, $2 distributors, $3 orders,
-- $4, $5 first and last distributor, $6 run, $7 abandoned runs
-- Columns as run-cut
SELECT DISTINCT ON (c.distributor_id, c.subject_id, c.slot)
       c.distributor_id, c.month, c.subject_id, c.slot, c.what, c.policy_id, c.earned_minor, c.cut_minor
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.cut c ON c.distributor_id = k.distributor_id AND c.subject_id = k.order_id
 WHERE c.month = $1 AND c.what = 3 AND c.distributor_id BETWEEN $4 AND $5 AND c.run_id < $6
   AND c.run_id <> ALL ($7::integer[])
 ORDER BY c.distributor_id, c.subject_id, c.slot, c.run_id DESC
