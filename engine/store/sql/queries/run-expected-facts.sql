SELECT coalesce(sum(s.facts), 0)::bigint AS facts
  FROM settle.run_batch r JOIN settle.batch_slice s USING (batch_id)
 WHERE r.run_id = $1
