-- Events that waited or wait for orders. $1 keys of orders
-- Columns as intake-event, intake-event-texts
SELECT w.event_id, 0::bigint AS order_id, 0 AS distributor_id, 0 AS order_batch_id, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.source_batch_id,
       w.line, w.currency AS said_currency, w.key_id, w.closed_month, w.revision, f.batch_id IS NOT NULL AS is_over,
       w.carrier_id, w.upstream_id AS event_text, w.order_upstream_id AS order_text, w.order_line
  FROM settle.event_waiting w
  LEFT JOIN settle.event_found f USING (key_id, event_id, revision)
 WHERE w.key_id = ANY ($1::bigint[])
