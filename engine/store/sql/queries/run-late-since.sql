-- From which run on late postings are noted: the last run before that, and the last month that runs up to it can have
-- posted to; and how many transfers there are.
SELECT coalesce(max(r.run_id), 0),
       greatest(max(r.business_date),
                (SELECT max(to_date(c.subject, 'YYYY-MM')) FROM settle.control_log c
                  WHERE c.action = 'period-close' AND c.at < m.at) + 31),
       (SELECT coalesce(sum(p.transfers), 0)::bigint FROM settle.run_publication p)
  FROM settle.schema_migration m
  LEFT JOIN settle.run r ON r.at < m.at
 WHERE m.number = 16
 GROUP BY m.at
