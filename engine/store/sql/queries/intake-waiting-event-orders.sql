-- Orders that events wait for.
SELECT DISTINCT w.order_id
  FROM settle.event_waiting w
 WHERE NOT EXISTS (SELECT 1 FROM settle.event_found f WHERE f.order_id = w.order_id AND f.event_id = w.event_id)
