-- Columns as party-version
SELECT distributor_id AS id, valid_from, batch_id, name, tier::integer, status::integer
  FROM settle.distributor_version ORDER BY distributor_id, valid_from, batch_id
