-- From which run on late postings are noted: the last run before that, and the last month that runs up to it can have
-- posted to; and the last month that there is a partition for.
SELECT coalesce((SELECT max(r.run_id) FROM settle.run r WHERE r.at < m.at), 0),
       greatest((SELECT max(r.business_date) FROM settle.run r WHERE r.at < m.at),
                (SELECT max(to_date(c.subject, 'YYYY-MM')) FROM settle.control_log c
                  WHERE c.action = 'period-close' AND c.at < m.at) + 31),
       (SELECT max(to_date(right(c.relname, 7), 'YYYY_MM'))
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('settle.transfer'::regclass, 'settle.bill'::regclass))
  FROM settle.schema_migration m
 WHERE m.number = 16
