-- The months that facts and published nights are of: the first and the last, and the last settled day.
SELECT to_char(least(s.first_month, p.first_day), 'YYYY-MM') AS first_month_text, to_char(greatest(s.last_month, p.last_day), 'YYYY-MM') AS last_month_text,
       p.last_day::text
  FROM (SELECT min(business_date) AS first_day, max(business_date) AS last_day FROM settle.run_publication) p,
       (SELECT (SELECT min(month) FROM settle.batch_slice) AS first_month,
               (SELECT max(month) FROM settle.batch_slice) AS last_month) s
