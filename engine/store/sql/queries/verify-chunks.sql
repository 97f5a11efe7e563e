-- Chunks with their receipts, of all runs.
SELECT c.run_id, c.chunk, c.first_distributor, c.last_distributor, r.transfers, r.amount_minor::text
  FROM settle.run_chunk c LEFT JOIN settle.run_receipt r USING (run_id, chunk)
 ORDER BY c.run_id, c.first_distributor
