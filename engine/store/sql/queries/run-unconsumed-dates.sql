-- Business dates of sealed batches that are neither consumed before nor part of this run: facts that they brought or
-- whose orders they brought wait for them. $1 run
SELECT b.batch_id, b.business_date
  FROM settle.batch b
 WHERE b.state = 'sealed' AND b.kind IN (:of_order_files)
   AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id AND c.run_id < $1)
   AND NOT EXISTS (SELECT 1 FROM settle.run_batch r WHERE r.run_id = $1 AND r.batch_id = b.batch_id)
