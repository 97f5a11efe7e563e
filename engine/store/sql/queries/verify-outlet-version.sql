-- For its row sum: the columns behind batch_id are those of copy-outlet-version.sql, in their order.
SELECT batch_id, outlet_id, valid_from, batch_id, name, distributor_id, parent_id
  FROM settle.outlet_version
