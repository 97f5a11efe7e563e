-- The settings that hold, and who decided on them.
SELECT DISTINCT ON (subject) subject, coalesce(detail ->> 'value', ''), actor, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
       reason
  FROM settle.control_log WHERE action = 'setting'
 ORDER BY subject, position DESC
