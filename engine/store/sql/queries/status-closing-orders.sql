-- Closed orders of a month and carrier that runs have settled. $1 month, $2 carrier
SELECT coalesce(sum(s.facts), 0)::bigint
  FROM settle.batch_slice s
  JOIN settle.batch b ON b.batch_id = s.batch_id AND b.kind = 'orders'
  JOIN settle.batch_consumption n ON n.batch_id = s.batch_id
 WHERE s.month = $1
