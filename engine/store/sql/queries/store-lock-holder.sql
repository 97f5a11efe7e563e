-- A bigint key is shown as its two halves. $1 key
SELECT l.pid, coalesce(a.application_name, '') || ' of ' || coalesce(a.usename, '') AS holder
  FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.classid = (($1::bigint >> 32) & 4294967295)::oid
   AND l.objid = ($1::bigint & 4294967295)::oid
 LIMIT 1
