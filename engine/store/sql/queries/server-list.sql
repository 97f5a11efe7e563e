-- Where the runs were made: on which server, from which run to which, and who said that the database was moved there.
WITH run AS (
    SELECT r.run_id, r.server, r.control_position, lag(r.control_position) OVER w AS position_before,
           r.server IS DISTINCT FROM lag(r.server) OVER w AS is_first
      FROM settle.run r
    WINDOW w AS (ORDER BY r.run_id)
), stay AS (
    SELECT r.*, count(*) FILTER (WHERE r.is_first) OVER (ORDER BY r.run_id) AS stay FROM run r
), ends AS (
    SELECT s.stay, max(s.run_id) AS last_run FROM stay s GROUP BY 1
)
SELECT split_part(s.server, '/', 1), split_part(s.server, '/', 2), split_part(s.server, '/', 3), split_part(s.server, '/', 4),
       s.run_id, e.last_run, coalesce(a.actor, ''), coalesce(to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
       coalesce(a.reason, '')
  FROM stay s
  JOIN ends e USING (stay)
  LEFT JOIN LATERAL (SELECT g.actor, g.at, g.reason
                       FROM settle.control_log g
                      WHERE g.action = 'server-accept' AND g.subject = 'server/' || s.server
                        AND g.position > s.position_before AND g.position <= s.control_position
                      ORDER BY g.position DESC LIMIT 1) a ON true
 WHERE s.is_first
 ORDER BY s.run_id
