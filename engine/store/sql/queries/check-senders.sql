-- A batch of a file names each carrier that signs and of which it has receipts, months or orders.
-- Columns as check-finding
SELECT coalesce(c.run_id, 0) AS run_id, format('batch %s', b.batch_id) AS place,
       format('it has rows of %s, which signs, and does not name it', k.carrier) AS finding
  FROM (SELECT DISTINCT carrier_id, carrier FROM settle.sender_key) k
 CROSS JOIN LATERAL (SELECT DISTINCT r.batch_id FROM settle.receipt r WHERE r.carrier_id = k.carrier_id AND NOT r.withdrawn
                      UNION
                     SELECT m.batch_id FROM settle.month_complete m WHERE m.carrier_id = k.carrier_id AND NOT m.withdrawn
                      UNION
                     SELECT o.batch_id FROM settle.closed_order o WHERE o.carrier_id = k.carrier_id AND NOT o.withdrawn) r
  JOIN settle.batch b USING (batch_id)
  LEFT JOIN settle.batch_consumption c USING (batch_id)
 WHERE b.file_name IS NOT NULL AND NOT k.carrier_id = ANY (b.carriers)
