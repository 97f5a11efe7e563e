-- Who sees what, and who said so. $1 login (NULL: all)
SELECT s.login, s.distributor, coalesce(s.outlet, ''), coalesce(s.manager, ''), s.actor,
       to_char(s.at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), s.reason
  FROM settle.scope s
 WHERE $1::text IS NULL OR s.login = $1
 ORDER BY s.login COLLATE "C", s.distributor COLLATE "C", s.outlet COLLATE "C" NULLS FIRST, s.manager COLLATE "C" NULLS FIRST
