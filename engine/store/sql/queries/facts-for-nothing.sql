-- All events of the orders of which some count for nothing by what the last run that looked at them found, each order's
-- together. Seen: a person has. $1 distributor, 0: all
SELECT o.carrier_id, o.distributor_id, o.order_id, o.paid_minor, o.closing_day, o.currency,
       e.event_id, e.amount_minor, e.reinstates, e.day, e.kind, e.whole, e.happened_at,
       c.code, d.code, coalesce(o.upstream_id, '(erased) #' || o.order_id), coalesce(e.upstream_id, '(erased) #' || e.event_id),
       EXISTS (SELECT 1 FROM settle.control_log l
                WHERE l.action = 'fact-seen' AND l.subject = c.code || '/' || e.event_id),
       (SELECT max(business_date) FROM settle.run_publication), e.revision * 2 + e.withdrawn::integer
  FROM (SELECT DISTINCT ON (a.distributor_id, a.order_id) a.distributor_id, a.order_id, a.closing_month, a.slot
          FROM settle.agenda a
         WHERE a.what = 7 AND $1::integer IN (0, a.distributor_id) AND a.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment x WHERE x.run_id = a.run_id)
         ORDER BY a.distributor_id, a.order_id, a.run_id DESC) f
  JOIN settle.closed_order o USING (distributor_id, closing_month, order_id)
  JOIN settle.event e USING (distributor_id, closing_month, order_id)
  JOIN settle.batch_consumption n ON n.batch_id = e.batch_id
  JOIN settle.batch_consumption s ON s.batch_id = e.source_batch_id
  JOIN settle.code c ON c.dim = 1 AND c.id = o.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = o.distributor_id
 WHERE f.slot > 0
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 ORDER BY c.code COLLATE "C", d.code COLLATE "C", o.upstream_id COLLATE "C", o.order_id, e.happened_at, e.event_id
