-- Orders settled as zero, by reason: the last one that was found.
SELECT l.outcome, count(*) AS orders
  FROM (SELECT DISTINCT ON (o.distributor_id, o.closing_month, o.order_id) o.outcome
          FROM settle.order_outcome o
         WHERE o.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = o.run_id)
         ORDER BY o.distributor_id, o.closing_month, o.order_id, o.run_id DESC) l
 WHERE l.outcome <> 0
 GROUP BY 1 ORDER BY 1
