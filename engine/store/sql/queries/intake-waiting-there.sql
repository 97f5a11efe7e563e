-- Those that waited or wait. $1 event ids
-- Columns as intake-event
SELECT w.event_id, 0::bigint AS order_id, 0 AS distributor_id, 0 AS order_batch_id, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.source_batch_id,
       w.line, w.currency AS said_currency, w.key_id, w.closed_month, w.revision, f.batch_id IS NOT NULL AS is_over
  FROM settle.event_waiting w
  LEFT JOIN settle.event_found f USING (key_id, event_id, revision)
 WHERE w.event_id = ANY ($1::bigint[])
