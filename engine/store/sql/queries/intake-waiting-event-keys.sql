-- Keys of orders that events wait for.
SELECT DISTINCT w.key_id
  FROM settle.event_waiting w
 WHERE NOT EXISTS (SELECT 1 FROM settle.event_found f
                    WHERE f.key_id = w.key_id AND f.event_id = w.event_id AND f.revision = w.revision)
