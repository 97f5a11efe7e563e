-- Events that wait for orders, oldest first. $1 order ids
SELECT w.event_id, w.order_id, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.batch_id, w.line,
       w.currency, w.upstream_id
  FROM settle.event_waiting w
 WHERE w.order_id = ANY ($1::bigint[])
   AND NOT EXISTS (SELECT 1 FROM settle.event_found f WHERE f.order_id = w.order_id AND f.event_id = w.event_id)
 ORDER BY w.batch_id, w.line
