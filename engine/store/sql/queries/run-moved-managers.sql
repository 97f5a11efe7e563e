-- Managers of whom this run learns a move that reaches back: $1 run, $2 day. With the run before.
SELECT v.manager_id, min(v.valid_from) AS moved_from,
       (SELECT max(p.run_id) FROM settle.run_publication p JOIN settle.run r USING (run_id)
         WHERE r.kind = 'nightly' AND p.run_id < $1) AS last_run
  FROM settle.manager_version v
  JOIN settle.run_batch b ON b.batch_id = v.batch_id AND b.run_id = $1
 WHERE v.valid_from <= $2
   AND EXISTS (SELECT 1 FROM settle.manager_version o
                 JOIN settle.batch_consumption c ON c.batch_id = o.batch_id AND c.run_id < $1
                WHERE o.manager_id = v.manager_id)
 GROUP BY 1 ORDER BY 1
