-- Months with orders, bills or postings, and those that were closed; a month is closed with the first
-- one closed from it on.
SELECT to_char(m.period, 'YYYY-MM'),
       CASE WHEN l.position IS NULL THEN 'open' ELSE 'closed' END,
       coalesce(l.actor, ''), coalesce(to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
       coalesce((SELECT sum(t.transfers) FROM settle.ledger_total t
                  WHERE t.period = m.period
                    AND t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
                    AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a
                                     WHERE a.run_id = t.run_id)), 0)::bigint
  FROM (SELECT period FROM settle.ledger_total
        UNION SELECT month FROM settle.batch_slice
        UNION SELECT (subject || '-01')::date FROM settle.control_log WHERE action = 'period-close') m
  LEFT JOIN LATERAL (SELECT * FROM settle.control_log c
                      WHERE c.action = 'period-close'
                        AND c.subject COLLATE "C" >= to_char(m.period, 'YYYY-MM')
                      ORDER BY c.subject COLLATE "C" LIMIT 1) l ON true
 ORDER BY m.period
