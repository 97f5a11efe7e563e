SELECT carrier_id, valid_from, batch_id, name
  FROM settle.carrier_version ORDER BY carrier_id, valid_from, batch_id
