-- Columns as party-version
SELECT carrier_id AS id, valid_from, batch_id, name, status::integer
  FROM settle.carrier_version v JOIN settle.told_when w USING (batch_id)
 ORDER BY carrier_id, valid_from, w.run_id, w.business_date, batch_id
