-- What waited for a day, and which partitions hold it. $1 day, $2 run, $3 abandoned runs
SELECT what::integer, min(CASE what WHEN 2 THEN bill_month ELSE closing_month END) AS first_month,
       max(CASE what WHEN 2 THEN bill_month ELSE closing_month END) AS last_month
  FROM settle.agenda
 WHERE look_day = $1 AND what IN (1, 2, 5) AND run_id < $2 AND run_id <> ALL ($3::integer[])
 GROUP BY 1
