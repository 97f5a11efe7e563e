-- A batch is consumed by the run that names it, once.
-- Columns as check-finding
SELECT coalesce(c.run_id, r.run_id) AS run_id, format('batch %s', coalesce(c.batch_id, r.batch_id)) AS place,
       CASE WHEN c.batch_id IS NULL THEN 'is named by the run, but not marked as consumed by it'
            ELSE 'is marked as consumed by a run that does not name it' END AS finding
  FROM (SELECT r.batch_id, r.run_id FROM settle.run_batch r JOIN settle.run_publication USING (run_id)) r
  FULL JOIN settle.batch_consumption c USING (batch_id, run_id)
 WHERE c.batch_id IS NULL OR r.batch_id IS NULL
