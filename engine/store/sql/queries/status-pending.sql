-- What waits, and for what: orders and bills for their day, instalments for a bill.
SELECT CASE a.what WHEN 1 THEN 'order waits for its day' WHEN 2 THEN 'bill waits for its day'
                   WHEN 5 THEN 'event waits for its day'
                   ELSE 'instalment waits for the bill of ' || to_char(a.bill_month, 'YYYY-MM') END,
       c.code, count(*), min(a.look_day)::text
  FROM settle.agenda a
  JOIN settle.code c ON c.dim = 1 AND c.id = a.carrier_id
 WHERE a.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment x WHERE x.run_id = a.run_id)
   AND (a.what IN (1, 2, 5) AND a.look_day > $1
        OR a.what = 3 AND NOT EXISTS (
             SELECT 1 FROM settle.agenda z
              WHERE z.distributor_id = a.distributor_id AND z.order_id = a.order_id AND z.what = 4
                AND z.slot = a.slot AND z.run_id > a.run_id
                AND z.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')))
 GROUP BY 1, 2
UNION ALL
SELECT 'bill waits for its order', c.code, count(*), min(w.issue_day)::text
  FROM settle.bill_waiting w JOIN settle.code c ON c.dim = 1 AND c.id = w.carrier_id
 WHERE NOT EXISTS (SELECT 1 FROM settle.bill_found f WHERE f.contract_id = w.contract_id AND f.currency = w.currency AND f.turn = w.turn
                      AND f.month = w.month AND f.revision = w.revision)
 GROUP BY 1, 2
UNION ALL
SELECT 'event waits for its order', c.code, count(*), min(w.day)::text
  FROM settle.event_waiting w JOIN settle.code c ON c.dim = 1 AND c.id = w.carrier_id
 WHERE NOT EXISTS (SELECT 1 FROM settle.event_found f
                    WHERE f.order_id = w.order_id AND f.event_id = w.event_id)
 GROUP BY 1, 2
 ORDER BY 1, 2
