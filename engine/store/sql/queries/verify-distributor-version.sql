-- For its row sum: the columns behind batch_id are those of copy-distributor-version.sql, in their order.
SELECT batch_id, distributor_id, valid_from, batch_id, name, tier, status
  FROM settle.distributor_version
