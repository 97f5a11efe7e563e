-- Whether there is a batch, and the last one. $1 batch
SELECT coalesce(bool_or(b.batch_id = $1), false) AS is_known, max(b.batch_id) AS last_batch FROM settle.batch b
