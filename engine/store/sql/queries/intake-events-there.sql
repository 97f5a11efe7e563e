-- Events that a file may repeat, wherever they are, each with all its rows. $1 event ids. The array as in
-- intake-orders-of-events.sql.
-- Columns as intake-event
SELECT event_id, order_id, distributor_id, order_batch_id, kind, day, whole, amount_minor, reinstates, happened_at, source_batch_id, line,
       said_currency, key_id, closed_month, revision, withdrawn AS is_over
  FROM settle.event
 WHERE event_id = ANY (ARRAY(SELECT unnest($1::bigint[])))
