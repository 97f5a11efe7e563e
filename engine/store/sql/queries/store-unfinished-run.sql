SELECT r.run_id FROM settle.run r
 WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
   AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)
 ORDER BY 1 LIMIT 1
