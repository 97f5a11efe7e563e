-- A closing day of the carrier in the range of which a run has settled an order already, or is at one. Orders that were
-- taken in with a night before their day wait, and are matched on it. $1 carrier, $2, $3 days
SELECT o.closing_day
  FROM settle.closed_order o
 WHERE o.carrier_id = $1 AND o.closing_day BETWEEN $2 AND $3
   AND o.closing_day <= (SELECT max(r.business_date) FROM settle.run r
                          WHERE r.kind = 'nightly'
                            AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id))
   AND o.closing_month BETWEEN date_trunc('month', $2::timestamp)::date AND $3
   AND (EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = o.batch_id)
        OR o.batch_id IN (SELECT b.batch_id FROM settle.run_batch b
                           WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = b.run_id)
                             AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = b.run_id)))
 LIMIT 1
