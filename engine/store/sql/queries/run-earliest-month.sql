-- The earliest month that unconsumed facts concern: postings may go to any period from there on.
SELECT min(s.month) AS first_month
  FROM settle.batch b JOIN settle.batch_slice s USING (batch_id)
 WHERE b.state = 'sealed' AND b.business_date <= $1
   AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id)
