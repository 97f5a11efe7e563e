-- Batches that carry a withdrawal.
SELECT by_batch FROM settle.batch_withdrawal
