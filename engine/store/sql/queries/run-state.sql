-- What the last published nightly run was, and the run that is unfinished, if any.
SELECT (SELECT value FROM settle.counter WHERE name = 'watermark') AS watermark,
       (SELECT max(p.business_date) FROM settle.run_publication p JOIN settle.run r USING (run_id)
         WHERE r.kind = 'nightly') AS last_night,
       (SELECT min(r.run_id) FROM settle.run r
         WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)) AS unfinished_run,
       (SELECT min(b.business_date) FROM settle.batch b
         WHERE b.state = 'sealed' AND b.kind IN (:of_order_files)
           AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id)) AS first_waiting,
       (SELECT value FROM settle.counter WHERE name = 'control')
