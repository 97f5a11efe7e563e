-- Facts that waited for this day, per distributor. $1 day, $2 run
-- Columns as run-work
SELECT distributor_id, count(*) AS work
  FROM settle.agenda WHERE look_day = $1 AND what IN (1, 2, 5) AND run_id < $2 GROUP BY 1
