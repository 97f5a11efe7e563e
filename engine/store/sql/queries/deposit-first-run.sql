-- The first run after a day, of those before a run. $1 day, $2 run
SELECT min(run_id) AS run_id FROM settle.run_publication WHERE business_date > $1 AND run_id < $2
