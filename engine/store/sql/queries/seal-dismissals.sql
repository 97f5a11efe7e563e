-- Kept rows that were dismissed by the decisions since the run before. $1 run, $2 the run before
SELECT position, batch_id, line
  FROM settle.quarantine_dismissal
 WHERE position > (SELECT coalesce(max(control_position), 0) FROM settle.run WHERE run_id = $2)
   AND position <= (SELECT max(control_position) FROM settle.run WHERE run_id = $1) ORDER BY 1, 2, 3
