-- Of two versions with the same day the later batch holds.
SELECT manager_id, valid_from, outlet_id FROM settle.manager_version
 WHERE batch_id = ANY ($1::integer[]) ORDER BY batch_id
