-- Events that a file may repeat. $1 event ids. The array as in intake-orders-of-events.sql. One that has its order
-- says its closing month by that, and its currency; one that waits has the revision under which it does.
SELECT event_id, order_id, kind, day, whole, amount_minor, reinstates, happened_at, source_batch_id, line, currency,
       key_id, closing_month, 0::smallint
  FROM settle.event
 WHERE event_id = ANY (ARRAY(SELECT unnest($1::bigint[])))
UNION ALL
SELECT w.event_id, 0::bigint, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.batch_id, w.line,
       w.currency, w.key_id, w.closed_month, w.revision
  FROM settle.event_waiting w
 WHERE w.event_id = ANY ($1::bigint[])
   AND NOT EXISTS (SELECT 1 FROM settle.event_found f
                    WHERE f.key_id = w.key_id AND f.event_id = w.event_id AND f.revision = w.revision)
