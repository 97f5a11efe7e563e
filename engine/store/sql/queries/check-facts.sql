-- A run read the facts of its batches, and has a reason for every zero.
-- Columns as check-finding
SELECT p.run_id, 'publication' AS place, format('%s facts and %s zero are published; its batches hold %s, reasons for zero are %s',
                                       p.facts, p.zero, f.n, o.n) AS finding
  FROM settle.run_publication p
 CROSS JOIN LATERAL (SELECT coalesce(sum(s.facts), 0) AS n
                       FROM settle.run_batch r JOIN settle.batch_slice s USING (batch_id)
                      WHERE r.run_id = p.run_id) f
  LEFT JOIN (SELECT run_id, count(*) AS n FROM settle.order_outcome WHERE outcome <> 0 GROUP BY 1) x ON x.run_id = p.run_id
 CROSS JOIN LATERAL (SELECT coalesce(x.n, 0) AS n) o
 WHERE p.facts <> f.n OR p.zero <> o.n
