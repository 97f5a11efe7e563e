-- Whose an outlet or manager is, or ever was. $1 3: outlet, 4: manager; $2 its code
SELECT DISTINCT d.code COLLATE "C" AS distributor
  FROM settle.code x
  JOIN LATERAL (SELECT v.distributor_id FROM settle.outlet_version v WHERE x.dim = 3 AND v.outlet_id = x.id
                UNION ALL
                SELECT v.distributor_id FROM settle.manager_version m JOIN settle.outlet_version v USING (outlet_id)
                 WHERE x.dim = 4 AND m.manager_id = x.id) p ON true
  JOIN settle.code d ON d.dim = 2 AND d.id = p.distributor_id
 WHERE x.dim = $1::smallint AND x.code = $2
 ORDER BY 1
