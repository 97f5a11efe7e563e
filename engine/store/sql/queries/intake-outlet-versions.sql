-- Columns as party-version
SELECT outlet_id AS id, valid_from, batch_id, name, distributor_id, parent_id
  FROM settle.outlet_version v JOIN settle.told_when w USING (batch_id)
 ORDER BY outlet_id, valid_from, w.run_id, w.business_date, batch_id
