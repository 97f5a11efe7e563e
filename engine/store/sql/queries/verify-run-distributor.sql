-- For its row sum: the columns behind run_id, distributor_id are those of copy-run-distributor.sql, in their order.
SELECT run_id, distributor_id, run_id, distributor_id, carrier_id, transfers, digest
  FROM settle.run_distributor
