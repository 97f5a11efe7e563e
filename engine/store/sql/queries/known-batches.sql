-- Whether there is a batch, and the last one. $1 batch
SELECT coalesce(bool_or(b.batch_id = $1), false), max(b.batch_id) FROM settle.batch b
