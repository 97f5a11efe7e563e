-- Batches of master data that a run sees: its own manifest's and those of the runs published before it.
-- $1 run
-- Columns as master-batch
SELECT b.batch_id
  FROM settle.batch b
 WHERE b.kind IN (:master_files)
   AND (EXISTS (SELECT 1 FROM settle.run_batch r
                 WHERE r.run_id = $1 AND r.batch_id = b.batch_id)
        OR EXISTS (SELECT 1 FROM settle.batch_consumption c
                    WHERE c.run_id < $1 AND c.batch_id = b.batch_id))
