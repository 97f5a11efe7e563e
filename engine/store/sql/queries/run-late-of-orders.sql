-- Months behind their policy's span that something was posted to. $1 distributors, $2 orders, $3 run
SELECT DISTINCT k.place::integer, a.look_day
  FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS k (distributor_id, order_id, place)
 CROSS JOIN LATERAL (
       SELECT x.look_day FROM settle.agenda x
        WHERE x.distributor_id = k.distributor_id AND x.order_id = k.order_id AND x.what = 6 AND x.run_id < $3
       OFFSET 0) a
