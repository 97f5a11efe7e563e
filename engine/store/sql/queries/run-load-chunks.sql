-- Chunks of a run, and whether their receipt is there.
SELECT c.chunk, c.first_distributor, c.last_distributor, c.expected, r.chunk IS NOT NULL AS is_done
  FROM settle.run_chunk c LEFT JOIN settle.run_receipt r USING (run_id, chunk)
 WHERE c.run_id = $1
