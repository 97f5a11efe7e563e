-- For its row sum: the columns behind batch_id are those of copy-event-waiting.sql, in their order.
SELECT batch_id, order_id, event_id, batch_id, line, kind, day, whole, amount_minor, reinstates,
       happened_at, currency, carrier_id, upstream_id, order_upstream_id
  FROM settle.event_waiting
