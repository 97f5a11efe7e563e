-- Events that a file may repeat; those that wait say so. $1 event ids. The array as in intake-orders-of-events.sql
SELECT event_id, order_id, kind, day, whole, amount_minor, reinstates, happened_at, source_batch_id, line, currency,
       false
  FROM settle.event
 WHERE event_id = ANY (ARRAY(SELECT unnest($1::bigint[])))
UNION ALL
SELECT w.event_id, w.order_id, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.batch_id, w.line,
       w.currency, true
  FROM settle.event_waiting w
 WHERE w.event_id = ANY ($1::bigint[])
   AND NOT EXISTS (SELECT 1 FROM settle.event_found f WHERE f.order_id = w.order_id AND f.event_id = w.event_id)
