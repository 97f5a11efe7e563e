-- New facts per distributor. $1 batches of the run
-- Columns as run-work
SELECT distributor_id, sum(facts)::bigint AS work
  FROM settle.batch_slice WHERE batch_id = ANY ($1) GROUP BY 1
