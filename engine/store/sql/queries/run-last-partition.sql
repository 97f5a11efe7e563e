-- The last month that there is a partition for, of bills or transfers; and the first one of orders.
SELECT max(month) FILTER (WHERE NOT of_orders) AS last_month, min(month) FILTER (WHERE of_orders) AS first_closing
  FROM (SELECT to_date(right(c.relname, 7), 'YYYY_MM') AS month, i.inhparent = 'settle.closed_order'::regclass AS of_orders
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('settle.transfer'::regclass, 'settle.bill'::regclass, 'settle.closed_order'::regclass)) p
