-- Columns as party-version
SELECT manager_id AS id, valid_from, batch_id, name, outlet_id
  FROM settle.manager_version ORDER BY manager_id, valid_from, batch_id
