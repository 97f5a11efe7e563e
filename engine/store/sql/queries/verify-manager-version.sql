-- For its row sum: the columns behind batch_id are those of copy-manager-version.sql, in their order.
SELECT batch_id, manager_id, valid_from, batch_id, name, outlet_id
  FROM settle.manager_version
