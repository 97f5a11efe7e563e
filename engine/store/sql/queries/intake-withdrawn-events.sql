-- Events that a batch told, first or again, with the keys of their orders. is_repeated: a batch that stands repeated it.
-- $1 batch
WITH again AS (
    SELECT fact_id FROM settle.fact_repeat WHERE batch_id = $1 AND kind = :events_fact
)
SELECT x.event_id, x.key_id,
       EXISTS (SELECT 1 FROM settle.fact_repeat a
                WHERE a.fact_id = x.event_id AND a.kind = :events_fact
                  AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id)) AS is_repeated
  FROM (SELECT event_id, key_id FROM settle.event WHERE batch_id = $1 AND source_batch_id = $1
         UNION
        SELECT event_id, key_id FROM settle.event_waiting WHERE batch_id = $1 AND source_batch_id = $1
         UNION
        SELECT e.event_id, e.key_id FROM settle.event e JOIN again a ON a.fact_id = e.event_id
         UNION
        SELECT e.event_id, e.key_id FROM settle.event_waiting e JOIN again a ON a.fact_id = e.event_id) x
