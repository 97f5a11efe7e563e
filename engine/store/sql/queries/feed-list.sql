-- What is expected: of each feed the last decision, if it is not an end.
SELECT d.detail ->> 'carrier', d.detail ->> 'kind', d.detail ->> 'day',
       CASE WHEN (d.detail ->> 'monthly')::integer = 0 THEN 'every day'
            ELSE format('by day %s of each month', d.detail ->> 'monthly') END,
       (d.detail ->> 'deadline')::bigint, d.actor, to_char(d.at, 'YYYY-MM-DD HH24:MI'), d.reason
  FROM (SELECT DISTINCT ON (subject) * FROM settle.control_log
         WHERE action IN ('feed-expect', 'feed-stop') ORDER BY subject, position DESC) d
 WHERE d.action = 'feed-expect'
 ORDER BY 1, 2
