-- For its row sum: the columns behind batch_id are those of copy-event-found.sql, in their order.
SELECT batch_id, order_id, event_id, batch_id
  FROM settle.event_found
