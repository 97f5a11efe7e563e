-- What waits, and for what: orders and bills for their day, instalments for a bill, bills and events for their order.
SELECT x.what, c.code, count(*), min(x.day)::text
  FROM (SELECT CASE a.what WHEN 1 THEN 'order waits for its day' WHEN 2 THEN 'bill waits for its day'
                           WHEN 5 THEN 'event waits for its day'
                           ELSE 'instalment waits for the bill of ' || to_char(a.bill_month, 'YYYY-MM') END AS what,
               a.carrier_id, a.look_day AS day
          FROM settle_view.agenda_waiting a
        UNION ALL
        SELECT 'bill waits for its order', w.carrier_id, w.issue_day FROM settle_view.bill_waiting w
        UNION ALL
        SELECT CASE WHEN w.fits > 1 THEN 'event fits several orders of its id: closed_month says which'
                    WHEN w.later > 0 THEN 'event waits for its order; those of its id closed after it'
                    ELSE 'event waits for its order' END, w.carrier_id, w.day
          FROM settle_view.event_waiting w) x
  JOIN settle.code c ON c.dim = 1 AND c.id = x.carrier_id
 GROUP BY 1, 2
 ORDER BY 1, 2
