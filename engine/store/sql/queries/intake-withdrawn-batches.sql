-- Batches that stand no more.
SELECT batch_id FROM settle.batch_withdrawal
