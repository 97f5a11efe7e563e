-- What was asked for, and what became of it.
SELECT e.request, e.state, e.subject, e.asked_by, to_char(e.asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), e.reason,
       coalesce(e.decided_by, ''), coalesce(to_char(e.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
       CASE e.state WHEN 'refused' THEN e.decided_because ELSE '' END
  FROM settle.erasure e
 ORDER BY e.request
