-- A closing day of the carrier in the range that a run has settled already. $1 carrier, $2, $3 days
SELECT o.closing_day
  FROM settle.closed_order o
 WHERE o.carrier_id = $1 AND o.closing_day BETWEEN $2 AND $3
   AND o.closing_month BETWEEN date_trunc('month', $2::timestamp)::date AND $3
   AND EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = o.batch_id)
 LIMIT 1
