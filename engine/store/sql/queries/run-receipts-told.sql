-- How many of the run's facts are receipts, where no policy asks for them. $1 batches of the run, $2, $3 distributors
SELECT coalesce(sum(s.facts), 0)::bigint AS facts
  FROM settle.batch_slice s JOIN settle.batch b USING (batch_id)
 WHERE s.batch_id = ANY ($1) AND s.distributor_id BETWEEN $2 AND $3 AND b.kind = 'receipts'
