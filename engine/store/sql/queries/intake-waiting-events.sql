-- Events that wait for orders, oldest first. $1 keys of orders
SELECT w.event_id, 0::bigint, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.batch_id, w.line,
       w.currency, w.key_id, w.closed_month, w.revision, w.upstream_id, w.carrier_id
  FROM settle.event_waiting w
 WHERE w.key_id = ANY ($1::bigint[])
   AND NOT EXISTS (SELECT 1 FROM settle.event_found f
                    WHERE f.key_id = w.key_id AND f.event_id = w.event_id AND f.revision = w.revision)
 ORDER BY w.batch_id, w.line
