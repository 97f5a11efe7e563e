-- What waits, one by one, and for what: orders, bills and events for their day or their order, instalments for a bill. The
-- counts of status-pending.sql and period-left-open.sql are of these rows. $1 carrier, $2 distributor (NULL: any; of what
-- waits for its order nobody knows one), $3 due or dated up to that day (NULL: any), $4 limit (0: all)
WITH w AS MATERIALIZED (
    SELECT w.*
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
SELECT v.what, v.carrier, v.distributor, v.fact, v.order_no, v.rule, v.month, v.day::text, v.waits_for, v.source, v.line
  FROM (
SELECT CASE a.what WHEN 1 THEN 'order' WHEN 2 THEN 'bill' WHEN 5 THEN 'event' ELSE 'instalment' END AS what,
       c.code AS carrier, d.code AS distributor, '' AS fact,
       coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || a.order_id) AS order_no,
       coalesce(u.rule, '') AS rule, CASE WHEN a.what = 2 THEN to_char(a.bill_month, 'YYYY-MM') ELSE '' END AS month,
       a.look_day AS day,
       CASE WHEN a.what = 3 THEN 'the bill of ' || to_char(a.bill_month, 'YYYY-MM') ELSE 'its day' END AS waits_for,
       coalesce(b.source, '') AS source, o.line::bigint AS line
  FROM settle.agenda a
  JOIN settle.code c ON c.dim = 1 AND c.id = a.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = a.distributor_id
  LEFT JOIN settle.closed_order o
    ON o.distributor_id = a.distributor_id AND o.closing_month = a.closing_month AND o.order_id = a.order_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
  LEFT JOIN settle.batch b ON b.batch_id = o.batch_id
  LEFT JOIN settle.policy p ON a.what = 3 AND p.carrier_id = a.carrier_id AND o.closing_day BETWEEN p.closing_from AND p.closing_to
  LEFT JOIN settle.policy_rule u ON u.policy_id = p.policy_id AND u.number = a.slot >> 16
 WHERE a.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment x WHERE x.run_id = a.run_id)
   AND (a.what IN (1, 2, 5) AND a.look_day > (SELECT max(business_date) FROM settle.run_publication)
        AND NOT (a.what = 1 AND (o.withdrawn OR o.closing_day <> a.look_day))
        AND NOT (a.what = 5 AND EXISTS (
             SELECT 1 FROM settle.event e
              WHERE e.distributor_id = a.distributor_id AND e.closing_month = a.closing_month
                AND e.order_id = a.order_id AND e.event_id & 2147483647 = a.slot AND e.withdrawn
                AND NOT EXISTS (SELECT 1 FROM settle.event n
                                 WHERE n.distributor_id = e.distributor_id AND n.closing_month = e.closing_month
                                   AND n.order_id = e.order_id AND n.event_id = e.event_id AND n.revision > e.revision)))
        OR a.what = 3 AND NOT EXISTS (
             SELECT 1 FROM settle.agenda z
              WHERE z.distributor_id = a.distributor_id AND z.order_id = a.order_id AND z.what = 4
                AND z.slot = a.slot AND z.run_id > a.run_id
                AND z.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')))
   AND ($2::text IS NULL OR d.code = $2)
UNION ALL
SELECT 'bill', c.code, '', coalesce(w.contract, '(erased)'), '', '', to_char(w.month, 'YYYY-MM'), w.issue_day,
       'its order', b.source, w.line
  FROM settle.bill_waiting w
  JOIN settle.code c ON c.dim = 1 AND c.id = w.carrier_id
  JOIN settle.batch b ON b.batch_id = w.source_batch_id
 WHERE $2::text IS NULL
   AND NOT EXISTS (SELECT 1 FROM settle.bill_found f
                    WHERE f.contract_id = w.contract_id AND f.currency = w.currency AND f.turn = w.turn
                      AND f.month = w.month AND f.revision = w.revision)
UNION ALL
SELECT 'event', c.code, '', coalesce(w.upstream_id, '(erased)'),
       coalesce(w.order_upstream_id || coalesce('/' || NULLIF(w.order_line, ''), ''), '(erased)'), '',
       coalesce(to_char(w.closed_month, 'YYYY-MM'), ''), w.day, e.waits_for, b.source, w.line
  FROM (SELECT w.key_id, w.event_id, w.revision,
               CASE WHEN count(*) FILTER (WHERE o.closing_day <= w.day
                                            AND o.closing_month = coalesce(w.closed_month, o.closing_month)) > 1
                    THEN 'closed_month: it fits several orders of its id'
                    WHEN count(*) FILTER (WHERE o.closing_day > w.day) > 0
                    THEN 'its order; those of its id closed after it'
                    ELSE 'its order' END AS waits_for
          FROM w LEFT JOIN o ON o.key_id = w.key_id AND w.currency IN (0, o.currency)
         GROUP BY w.key_id, w.event_id, w.revision) e
  JOIN w USING (key_id, event_id, revision)
  JOIN settle.code c ON c.dim = 1 AND c.id = w.carrier_id
  JOIN settle.batch b ON b.batch_id = w.source_batch_id
 WHERE $2::text IS NULL) v
 WHERE ($1::text IS NULL OR v.carrier = $1) AND ($3::text IS NULL OR v.day <= $3::date)
 ORDER BY v.day, v.what, v.carrier COLLATE "C", v.distributor COLLATE "C", v.order_no COLLATE "C", v.fact COLLATE "C", v.waits_for,
       v.rule, v.line
 LIMIT NULLIF($4::integer, 0)
