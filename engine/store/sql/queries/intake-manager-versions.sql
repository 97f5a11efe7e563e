-- Columns as party-version
SELECT manager_id AS id, valid_from, batch_id, name, outlet_id
  FROM settle.manager_version v JOIN settle.told_when w USING (batch_id)
 ORDER BY manager_id, valid_from, w.run_id, w.business_date, batch_id
