-- What is expected by a day and did not come. Monthly ones come on any day of their month; of shorter months the last
-- day counts. $1 the day
WITH decided AS (
    SELECT l.position, l.action, l.subject, l.detail ->> 'carrier' AS carrier, l.detail ->> 'kind' AS kind,
           (l.detail ->> 'day')::date AS since, (l.detail ->> 'monthly')::integer AS monthly,
           (l.detail ->> 'deadline')::integer AS deadline
      FROM settle.control_log l
     WHERE l.action IN ('feed-expect', 'feed-stop')
), expected AS (
    SELECT d.subject, d.carrier, d.kind, d.monthly, d.deadline, g.day::date AS day
      FROM decided d
     CROSS JOIN LATERAL generate_series(d.since::timestamp, ($1::date - d.deadline)::timestamp, '1 day') AS g(day)
     WHERE d.action = 'feed-expect'
       AND (d.monthly = 0 OR extract(day FROM g.day) = least(d.monthly::numeric, extract(day FROM
                date_trunc('month', g.day) + interval '1 month' - interval '1 day')))
       AND NOT EXISTS (SELECT 1 FROM decided o
                        WHERE o.subject = d.subject AND o.position > d.position AND o.since <= g.day)
)
SELECT e.carrier, e.kind, e.day::text AS day_text, (e.day + e.deadline)::text AS due_text
  FROM expected e JOIN settle.code c ON c.dim = 1 AND c.code = e.carrier
 WHERE NOT EXISTS (SELECT 1 FROM settle.batch b
                    WHERE b.state = 'sealed' AND b.kind = e.kind AND b.carriers @> ARRAY[c.id]
                      AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal x WHERE x.batch_id = b.batch_id)
                      AND b.business_date >= CASE WHEN e.monthly = 0 THEN e.day
                                                  ELSE date_trunc('month', e.day)::date END
                      AND b.business_date <= CASE WHEN e.monthly = 0 THEN e.day ELSE
                          (date_trunc('month', e.day) + interval '1 month' - interval '1 day')::date END)
   AND NOT EXISTS (SELECT 1 FROM settle.control_log w
                    WHERE w.action = 'feed-waive' AND w.subject = e.subject
                      AND (w.detail ->> 'day')::date = e.day)
 ORDER BY e.day, e.carrier, e.kind
