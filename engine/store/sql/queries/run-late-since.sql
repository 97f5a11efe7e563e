-- From which run on late postings are noted: the last run before that, and the last month that runs up to it can have
-- posted to; and the last month that there can be a bill or a posting of.
SELECT coalesce((SELECT max(r.run_id) FROM settle.run r WHERE r.at < m.at), 0),
       greatest((SELECT max(r.business_date) FROM settle.run r WHERE r.at < m.at),
                (SELECT max(to_date(c.subject, 'YYYY-MM')) FROM settle.control_log c
                  WHERE c.action = 'period-close' AND c.at < m.at) + 31),
       greatest((SELECT max(month) FROM settle.batch_slice), (SELECT max(business_date) FROM settle.run),
                (SELECT max(to_date(c.subject, 'YYYY-MM')) FROM settle.control_log c
                  WHERE c.action = 'period-close') + 31)
  FROM settle.schema_migration m
 WHERE m.number = 16
