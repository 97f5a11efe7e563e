-- Orders of closing months in which something falls due, per distributor. $1 months, $2 run
-- Columns as run-work
SELECT s.distributor_id, sum(s.facts)::bigint AS work
  FROM settle.batch_slice s
  JOIN settle.batch b ON b.batch_id = s.batch_id AND b.kind = 'orders'
  JOIN settle.batch_consumption c ON c.batch_id = s.batch_id AND c.run_id < $2
 WHERE s.month = ANY ($1) GROUP BY 1
