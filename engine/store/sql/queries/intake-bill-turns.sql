-- How often bills came to some orders. $1 distributors, $2 orders
SELECT b.order_id, b.distributor_id, b.month, b.revision, max(b.turn) AS last_turn
  FROM unnest($1::integer[], $2::bigint[]) AS n (distributor_id, order_id)
  JOIN settle.bill b USING (distributor_id, order_id)
 GROUP BY 1, 2, 3, 4
