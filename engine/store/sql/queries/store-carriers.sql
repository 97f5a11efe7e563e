SELECT carrier_id, valid_from, status FROM settle.carrier_version
 WHERE batch_id = ANY ($1::integer[]) ORDER BY batch_id
