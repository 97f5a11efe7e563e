-- Of two versions with the same day the later batch holds.
SELECT distributor_id, valid_from, tier, status FROM settle.distributor_version
 WHERE batch_id = ANY ($1::integer[]) ORDER BY batch_id
