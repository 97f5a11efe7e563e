SELECT q.reason, count(*), min(q.batch_id), max(q.batch_id)
  FROM settle.quarantine q
 WHERE NOT EXISTS (SELECT 1 FROM settle.quarantine_release r
                    WHERE r.batch_id = q.batch_id AND r.line = q.line)
 GROUP BY 1 ORDER BY 2 DESC, 1
