-- Columns as party-version
SELECT distributor_id AS id, valid_from, batch_id, name, tier::integer, status::integer
  FROM settle.distributor_version v JOIN settle.told_when w USING (batch_id)
 ORDER BY distributor_id, valid_from, w.run_id, w.business_date, batch_id
