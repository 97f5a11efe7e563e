-- The last month that there is a partition for, of bills or transfers.
SELECT max(to_date(right(c.relname, 7), 'YYYY_MM')) AS last_month
  FROM pg_catalog.pg_inherits i
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent IN ('settle.transfer'::regclass, 'settle.bill'::regclass)
