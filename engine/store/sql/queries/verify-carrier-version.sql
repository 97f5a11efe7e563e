-- For its row sum: the columns behind batch_id are those of copy-carrier-version.sql, in their order.
SELECT batch_id, carrier_id, valid_from, batch_id, name, status
  FROM settle.carrier_version
