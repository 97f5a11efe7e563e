-- Months behind their policy's span that something was posted to. $1 distributors, $2 orders, $3 run
SELECT DISTINCT k.place::integer, a.look_day
  FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS k (distributor_id, order_id, place)
  JOIN settle.agenda a ON a.distributor_id = k.distributor_id AND a.order_id = k.order_id
 WHERE a.what = 6 AND a.run_id < $3
