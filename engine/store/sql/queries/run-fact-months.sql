-- The months that the facts of a run's batches are of: which partitions hold them. $1 batches of the run
SELECT min(month) AS first_month, max(month) AS last_month FROM settle.batch_slice WHERE batch_id = ANY ($1::integer[])
