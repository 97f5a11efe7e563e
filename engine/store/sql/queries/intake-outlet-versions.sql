-- Columns as party-version
SELECT outlet_id AS id, valid_from, batch_id, name, distributor_id, parent_id
  FROM settle.outlet_version ORDER BY outlet_id, valid_from, batch_id
