-- Of two versions with the same day the later batch holds.
SELECT outlet_id, valid_from, distributor_id, parent_id FROM settle.outlet_version
 WHERE batch_id = ANY ($1::integer[]) ORDER BY batch_id
