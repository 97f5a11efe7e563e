-- Sealed batches of later business dates that no night has settled yet. $1 business date
SELECT b.batch_id, b.business_date
  FROM settle.batch b
 WHERE b.state = 'sealed' AND b.business_date > $1
   AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id)
