-- What was posted for some orders, each looked for in some months by the key: no plan that reads more is better.
-- $1 distributors, $2 orders, $3 first periods, $4 last periods, $5 run
SELECT t.distributor_id, t.subject_id, t.run_id, t.slot, t.target_minor
  FROM unnest($1::integer[], $2::bigint[], $3::date[], $4::date[]) AS k (distributor_id, order_id, first, last)
 CROSS JOIN LATERAL (
       SELECT x.distributor_id, x.subject_id, x.run_id, x.slot, x.target_minor FROM settle.transfer x
        WHERE x.distributor_id = k.distributor_id AND x.subject_id = k.order_id
          AND x.period BETWEEN k.first AND k.last AND x.run_id < $5
       OFFSET 0) t
