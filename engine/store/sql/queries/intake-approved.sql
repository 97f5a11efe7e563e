-- Batches whose withdrawal is approved and not carried out, in their order.
SELECT w.batch_id, b.kind, b.business_date,
       EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = w.batch_id) AS is_settled
  FROM settle.withdrawal_approved w JOIN settle.batch b USING (batch_id)
 WHERE NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal d WHERE d.batch_id = w.batch_id)
 ORDER BY 1
