-- Decisions since the run before. $1 run, $2 the run before
SELECT position, action, subject, digest, reason, detail::text, actor, at
  FROM settle.control_log
 WHERE position > (SELECT coalesce(max(control_position), 0) FROM settle.run WHERE run_id = $2)
   AND position <= (SELECT max(control_position) FROM settle.run WHERE run_id = $1) ORDER BY 1
