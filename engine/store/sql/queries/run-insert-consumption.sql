-- Read first, and then written: on Citus the other way would lock the source for writing, which is not granted.
WITH named AS MATERIALIZED (SELECT batch_id, run_id FROM settle.run_batch WHERE run_id = $1)
INSERT INTO settle.batch_consumption (batch_id, run_id)
SELECT batch_id, run_id FROM named
