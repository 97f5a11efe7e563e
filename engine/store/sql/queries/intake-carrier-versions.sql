-- Columns as party-version
SELECT carrier_id AS id, valid_from, batch_id, name, status::integer
  FROM settle.carrier_version ORDER BY carrier_id, valid_from, batch_id
