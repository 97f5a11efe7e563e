-- Orders settled as zero, by reason.
SELECT o.outcome, count(*) AS orders
  FROM settle.order_outcome o
 WHERE o.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = o.run_id)
 GROUP BY 1 ORDER BY 1
