-- The months of the business dates of some runs. $1 first run, $2 the run behind the last
SELECT date_trunc('month', min(business_date))::date AS first_month, date_trunc('month', max(business_date))::date AS last_month
  FROM settle.run WHERE run_id >= $1 AND run_id < $2
