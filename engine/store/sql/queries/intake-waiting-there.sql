-- Those that waited or wait. $1 event ids
SELECT w.event_id, 0::bigint, w.kind, w.day, w.whole, w.amount_minor, w.reinstates, w.happened_at, w.source_batch_id,
       w.line, w.currency, w.key_id, w.closed_month, w.revision, f.batch_id IS NOT NULL
  FROM settle.event_waiting w
  LEFT JOIN settle.event_found f USING (key_id, event_id, revision)
 WHERE w.event_id = ANY ($1::bigint[])
