-- Of two versions with the same day that of the later night holds, of one night that of the later batch.
SELECT outlet_id, valid_from, distributor_id, parent_id FROM settle.outlet_version JOIN settle.told_when w USING (batch_id)
 WHERE batch_id = ANY ($1::integer[]) ORDER BY w.run_id, w.business_date, batch_id
