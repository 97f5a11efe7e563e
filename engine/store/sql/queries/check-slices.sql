-- What intake counted of a batch by distributor and month is what is stored. An order's batch also holds the
-- bills that waited for it or moved to it.
-- Columns as check-finding
SELECT coalesce((SELECT c.run_id FROM settle.batch_consumption c WHERE c.batch_id = coalesce(s.batch_id, f.batch_id)), 0) AS run_id,
       format('batch %s', coalesce(s.batch_id, f.batch_id)) AS place,
       format('distributor id %s, month %s: %s facts counted, %s stored', coalesce(s.distributor_id, f.distributor_id),
              to_char(coalesce(s.month, f.month), 'YYYY-MM'), coalesce(s.facts, 0), coalesce(f.facts, 0)) AS finding
  FROM settle.batch_slice s
  FULL JOIN (SELECT batch_id, distributor_id, month, sum(facts) AS facts
               FROM (SELECT batch_id, distributor_id, closing_month AS month, count(*) AS facts
                       FROM settle.closed_order GROUP BY 1, 2, 3
                      UNION ALL
                     SELECT batch_id, distributor_id, month, count(*) FROM settle.bill GROUP BY 1, 2, 3
                      UNION ALL
                     SELECT batch_id, distributor_id, closing_month, count(*) FROM settle.event GROUP BY 1, 2, 3
                      UNION ALL
                     SELECT batch_id, distributor_id, month, count(*) FROM settle.receipt GROUP BY 1, 2, 3) x
              GROUP BY 1, 2, 3) f
    ON f.batch_id = s.batch_id AND f.distributor_id = s.distributor_id AND f.month = s.month
 WHERE s.facts IS DISTINCT FROM f.facts
