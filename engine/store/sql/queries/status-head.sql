SELECT (SELECT max(p.business_date)::text FROM settle.run_publication p JOIN settle.run r USING (run_id)
         WHERE r.kind = 'nightly') AS settled_to,
       (SELECT value FROM settle.counter WHERE name = 'watermark'),
       (SELECT min(r.run_id) FROM settle.run r
         WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)) AS unfinished_run,
       (SELECT max(position) FROM settle.control_log)
