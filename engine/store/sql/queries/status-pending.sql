-- What waits, and for what: orders and bills for their day, instalments for a bill.
WITH w AS MATERIALIZED (
    SELECT w.key_id, w.event_id, w.day, w.closed_month, w.carrier_id, w.currency
      FROM settle.event_waiting w
     WHERE NOT EXISTS (SELECT 1 FROM settle.event_found f
                        WHERE f.key_id = w.key_id AND f.event_id = w.event_id AND f.revision = w.revision)
), o AS MATERIALIZED (
    SELECT o.key_id, o.closing_day, o.closing_month, o.currency
      FROM settle.closed_order o
     WHERE o.key_id IN (SELECT key_id FROM w) AND NOT o.withdrawn
       AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                        WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                          AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
)
SELECT CASE a.what WHEN 1 THEN 'order waits for its day' WHEN 2 THEN 'bill waits for its day'
                   WHEN 5 THEN 'event waits for its day'
                   ELSE 'instalment waits for the bill of ' || to_char(a.bill_month, 'YYYY-MM') END,
       c.code, count(*), min(a.look_day)::text
  FROM settle.agenda a
  JOIN settle.code c ON c.dim = 1 AND c.id = a.carrier_id
 WHERE a.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment x WHERE x.run_id = a.run_id)
   AND (a.what IN (1, 2) AND a.look_day > $1
        AND NOT (a.what = 1 AND EXISTS (
             SELECT 1 FROM settle.closed_order o
              WHERE o.distributor_id = a.distributor_id AND o.closing_month = a.closing_month AND o.order_id = a.order_id
                AND (o.withdrawn OR o.closing_day <> a.look_day)
                AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                                 WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                                   AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)))
        OR a.what = 5 AND a.look_day > $1 AND NOT EXISTS (
             SELECT 1 FROM settle.event e
              WHERE e.distributor_id = a.distributor_id AND e.closing_month = a.closing_month
                AND e.order_id = a.order_id AND e.event_id & 2147483647 = a.slot AND e.withdrawn
                AND NOT EXISTS (SELECT 1 FROM settle.event n
                                 WHERE n.distributor_id = e.distributor_id AND n.closing_month = e.closing_month
                                   AND n.order_id = e.order_id AND n.event_id = e.event_id AND n.revision > e.revision))
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
SELECT e.what, c.code, count(*), min(e.day)::text
  FROM (SELECT w.carrier_id, w.day,
               CASE WHEN count(*) FILTER (WHERE o.closing_day <= w.day
                                            AND o.closing_month = coalesce(w.closed_month, o.closing_month)) > 1
                    THEN 'event fits several orders of its id: closed_month says which'
                    WHEN count(*) FILTER (WHERE o.closing_day > w.day) > 0
                    THEN 'event waits for its order; those of its id closed after it'
                    ELSE 'event waits for its order' END AS what
          FROM w LEFT JOIN o ON o.key_id = w.key_id AND w.currency IN (0, o.currency)
         GROUP BY w.carrier_id, w.day, w.event_id) e
  JOIN settle.code c ON c.dim = 1 AND c.id = e.carrier_id
 GROUP BY 1, 2
 ORDER BY 1, 2
