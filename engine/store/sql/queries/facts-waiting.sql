-- What waits, one by one, and for what: orders, bills and events for their day or their order, instalments for a bill. The
-- counts of status-pending.sql and period-left-open.sql are of these rows. $1 carrier, $2 distributor (NULL: any; of what
-- waits for its order nobody knows one), $3 due or dated up to that day (NULL: any), $4 limit (0: all)
SELECT v.what, v.carrier, v.distributor, v.fact, v.order_no, v.rule, v.month, v.day::text, v.waits_for, v.source, v.line
  FROM (
SELECT CASE a.what WHEN 1 THEN 'order' WHEN 2 THEN 'bill' WHEN 5 THEN 'event' ELSE 'instalment' END AS what,
       c.code AS carrier, d.code AS distributor, '' AS fact,
       coalesce(o.upstream_id || coalesce('/' || NULLIF(o.order_line, ''), ''), '(erased) #' || a.order_id) AS order_no,
       coalesce(u.rule, '') AS rule, CASE WHEN a.what = 2 THEN to_char(a.bill_month, 'YYYY-MM') ELSE '' END AS month,
       a.look_day AS day,
       CASE WHEN a.what = 3 THEN 'the bill of ' || to_char(a.bill_month, 'YYYY-MM') ELSE 'its day' END AS waits_for,
       coalesce(b.source, '') AS source, o.line::bigint AS line
  FROM settle_view.agenda_waiting a
  JOIN settle.code c ON c.dim = 1 AND c.id = a.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = a.distributor_id
  LEFT JOIN settle.closed_order o
    ON o.distributor_id = a.distributor_id AND o.closing_month = a.closing_month AND o.order_id = a.order_id
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
  LEFT JOIN settle.batch b ON b.batch_id = o.batch_id
  LEFT JOIN LATERAL (
       SELECT u.rule FROM settle.policy p JOIN settle.policy_rule u USING (policy_id)
        WHERE a.what = 3 AND p.carrier_id = a.carrier_id AND o.closing_day BETWEEN p.closing_from AND p.closing_to
          AND u.number = a.slot >> 16
        ORDER BY p.policy_id DESC LIMIT 1) u ON true
 WHERE $2::text IS NULL OR d.code = $2
UNION ALL
SELECT 'bill', c.code, '', coalesce(w.contract, '(erased)'), '', '', to_char(w.month, 'YYYY-MM'), w.issue_day,
       'its order', b.source, w.line
  FROM settle_view.bill_waiting w
  JOIN settle.code c ON c.dim = 1 AND c.id = w.carrier_id
  JOIN settle.batch b ON b.batch_id = w.source_batch_id
 WHERE $2::text IS NULL
UNION ALL
SELECT 'event', c.code, '', coalesce(w.upstream_id, '(erased)'),
       coalesce(w.order_upstream_id || coalesce('/' || NULLIF(w.order_line, ''), ''), '(erased)'), '',
       coalesce(to_char(w.closed_month, 'YYYY-MM'), ''), w.day,
       CASE WHEN w.fits > 1 THEN 'closed_month: it fits several orders of its id'
            WHEN w.later > 0 THEN 'its order; those of its id closed after it'
            ELSE 'its order' END, b.source, w.line
  FROM settle_view.event_waiting w
  JOIN settle.code c ON c.dim = 1 AND c.id = w.carrier_id
  JOIN settle.batch b ON b.batch_id = w.source_batch_id
 WHERE $2::text IS NULL) v
 WHERE ($1::text IS NULL OR v.carrier = $1) AND ($3::text IS NULL OR v.day <= $3::date)
 ORDER BY v.day, v.what, v.carrier COLLATE "C", v.distributor COLLATE "C", v.order_no COLLATE "C", v.fact COLLATE "C", v.waits_for,
       v.rule, v.line
 LIMIT NULLIF($4::integer, 0)
