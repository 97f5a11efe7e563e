-- Events that waited or wait for orders. $1 keys of orders
SELECT w.event_id, 0::bigint, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.source_batch_id,
       w.line, w.currency, w.key_id, w.closed_month, w.revision, f.batch_id IS NOT NULL,
       w.carrier_id, w.upstream_id, w.order_upstream_id, w.order_line
  FROM settle.event_waiting w
  LEFT JOIN settle.event_found f USING (key_id, event_id, revision)
 WHERE w.key_id = ANY ($1::bigint[])
