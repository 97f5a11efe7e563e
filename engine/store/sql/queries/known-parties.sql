-- Codes of a kind of party, each with every name it has had. $1 kind, as in settle.code
SELECT c.code, coalesce(v.name, '')
  FROM settle.code c
  LEFT JOIN (SELECT DISTINCT * FROM (SELECT 1 AS dim, carrier_id AS id, name FROM settle.carrier_version
                                     UNION ALL SELECT 2, distributor_id, name FROM settle.distributor_version
                                     UNION ALL SELECT 3, outlet_id, name FROM settle.outlet_version
                                     UNION ALL SELECT 4, manager_id, name FROM settle.manager_version) n
              WHERE dim = $1::smallint) v ON v.id = c.id
 WHERE c.dim = $1
 ORDER BY c.code COLLATE "C", 2
