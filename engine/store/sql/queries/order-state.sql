-- What became of the orders of an id, or id/line, whatever was posted for them. $1 id, $2 distributor (NULL: any)
SELECT c.code, d.code, o.closing_day::text, n.run_id, r.business_date::text, z.outcome, k.cut_by,
       EXISTS (SELECT 1 FROM settle.transfer t
                JOIN settle.run_publication p USING (run_id)
                WHERE t.distributor_id = o.distributor_id AND t.subject_id = o.order_id AND t.period >= o.closing_month),
       o.closing_day > (SELECT max(business_date) FROM settle.run_publication)
  FROM settle.closed_order o
  JOIN settle.code c ON c.dim = 1 AND c.id = o.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = o.distributor_id
  LEFT JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
  LEFT JOIN LATERAL (SELECT v.outcome, v.run_id
                       FROM settle.order_outcome v JOIN settle.run_publication p USING (run_id)
                      WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                        AND v.order_id = o.order_id
                      ORDER BY v.run_id DESC LIMIT 1) z ON true
  LEFT JOIN settle.run_publication r ON r.run_id = coalesce(z.run_id, n.run_id)
  LEFT JOIN LATERAL (SELECT string_agg(DISTINCT v.cut_by, ' and ') AS cut_by
                       FROM settle_view.cut v
                      WHERE v.distributor_id = o.distributor_id AND v.order_id = o.order_id AND v.cut_minor > 0) k ON true
 WHERE (o.upstream_id = $1 OR o.order_line <> '' AND o.upstream_id || '/' || o.order_line = $1)
   AND ($2::text IS NULL OR d.code = $2)
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
 ORDER BY c.code COLLATE "C", d.code COLLATE "C", o.order_id
