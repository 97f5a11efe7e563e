-- A run on another server than the run before it was accepted between the two, or before its own work ended.
-- Columns as check-finding
SELECT r.run_id, 'server' AS place,
       format('it was made on %s, the run before it on %s, and nobody said that the database was moved', r.server, r.before) AS finding
  FROM (SELECT r.run_id, r.server, r.control_position, lag(r.server) OVER (ORDER BY r.run_id) AS before,
               lag(r.control_position) OVER (ORDER BY r.run_id) AS position_before
          FROM settle.run r) r
 WHERE r.server <> r.before
   AND NOT EXISTS (SELECT 1 FROM settle.control_log g
                    WHERE g.action = 'server-accept' AND g.subject = 'server/' || r.server
                      AND g.position > r.position_before AND g.position <= r.control_position)
