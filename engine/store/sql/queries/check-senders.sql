-- A batch names each carrier that signs and of which it tells something, so that its signature is asked for. A bill or event
-- is of the carrier of its order's product. Where nobody signs nothing is read.
-- Columns as check-finding
WITH signs AS (SELECT DISTINCT carrier_id, carrier FROM settle.sender_key),
product AS (SELECT DISTINCT product_id, carrier_id FROM settle.product_version),
told AS (
    SELECT batch_id, carrier_id FROM settle.receipt
     UNION
    SELECT batch_id, carrier_id FROM settle.month_complete
     UNION
    SELECT batch_id, carrier_id FROM settle.closed_order
     UNION
    SELECT source_batch_id, carrier_id FROM settle.bill_waiting
     UNION
    SELECT source_batch_id, carrier_id FROM settle.event_waiting
     UNION
    SELECT x.source_batch_id, p.carrier_id
      FROM (SELECT source_batch_id, product_id FROM settle.bill UNION SELECT source_batch_id, product_id FROM settle.event) x
      JOIN product p USING (product_id)
)
SELECT coalesce(c.run_id, 0) AS run_id, format('batch %s', b.batch_id) AS place,
       format('it has rows of %s, which signs, and does not name it', k.carrier) AS finding
  FROM told t
  JOIN signs k USING (carrier_id)
  JOIN settle.batch b USING (batch_id)
  LEFT JOIN settle.batch_consumption c USING (batch_id)
 WHERE EXISTS (SELECT 1 FROM settle.sender_key) AND NOT t.carrier_id = ANY (b.carriers)
   AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = b.batch_id)
