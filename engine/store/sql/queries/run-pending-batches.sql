-- Sealed batches dated up to a day that no published run consumed. $1 day
-- Columns as run-batch-of
SELECT b.batch_id, b.kind
  FROM settle.batch b
 WHERE b.state = 'sealed' AND b.business_date <= $1
   AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id)
 ORDER BY b.batch_id
