-- Batches of master data that intake sees. $1 day
-- Columns as master-batch
SELECT batch_id FROM settle.batch
 WHERE state = 'sealed' AND business_date <= $1
   AND kind IN (:master_files)
