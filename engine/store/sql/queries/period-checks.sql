-- What speaks against closing. $1 first day of the period
WITH closed AS MATERIALIZED (SELECT settle.closed_to(9223372036854775807) AS month)
SELECT coalesce((SELECT month FROM closed) >= $1::date, false) AS is_closed,
       (SELECT max(p.business_date) FROM settle.run_publication p JOIN settle.run r USING (run_id)
         WHERE r.kind = 'nightly') AS last_night,
       (SELECT min(r.run_id) FROM settle.run r
         WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)) AS unfinished_run,
       (SELECT min(m.period)
          FROM (SELECT DISTINCT period FROM settle.ledger_total WHERE period < $1::date) m
         WHERE m.period > coalesce((SELECT month FROM closed), '-infinity')) AS open_month,
       (SELECT count(*) FROM settle.batch b
         WHERE b.state = 'sealed' AND b.kind IN (:fact_files)
           AND b.business_date < ($1::date + interval '1 month')::date
           AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id)) AS batches_left
