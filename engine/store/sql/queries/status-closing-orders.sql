-- Closed orders of a month that runs have settled, of all carriers. $1 month
SELECT coalesce(sum(s.facts), 0)::bigint AS facts
  FROM settle.batch_slice s
  JOIN settle.batch b ON b.batch_id = s.batch_id AND b.kind = 'orders'
  JOIN settle.batch_consumption n ON n.batch_id = s.batch_id
 WHERE s.month = $1
