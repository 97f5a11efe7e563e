-- Months with orders, bills or postings, and those that were decided on. A month is closed with the first one closed
-- from it on that was not opened again; the last opening of it, or of one before, keeps its trace.
SELECT to_char(m.period, 'YYYY-MM'), CASE WHEN l.position IS NULL THEN 'open' ELSE 'closed' END,
       coalesce(l.actor, ''), coalesce(to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
       coalesce(l.reason, ''), coalesce(l.detail ->> 'left_open', ''), coalesce(t.transfers, 0)::bigint,
       coalesce(o.actor, ''),
       coalesce(to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
       coalesce(o.reason, '')
  FROM (SELECT period FROM settle.ledger_total
        UNION SELECT month FROM settle.batch_slice
        UNION SELECT (subject || '-01')::date FROM settle.control_log
               WHERE action IN ('period-close', 'period-reopen')) m
  LEFT JOIN (SELECT t.period, sum(t.transfers) AS transfers FROM settle.ledger_total t
              WHERE t.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
                AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = t.run_id)
              GROUP BY 1) t ON t.period = m.period
  LEFT JOIN LATERAL (SELECT * FROM settle.control_log c
                      WHERE c.action = 'period-reopen' AND c.subject COLLATE "C" <= to_char(m.period, 'YYYY-MM')
                        AND settle.closed_to(c.position - 1) >= m.period
                      ORDER BY c.position DESC LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT * FROM settle.control_log c
                      WHERE c.action = 'period-close' AND c.subject COLLATE "C" >= to_char(m.period, 'YYYY-MM')
                        AND c.position > coalesce(o.position, 0)
                      ORDER BY c.subject COLLATE "C", c.position LIMIT 1) l ON true
 ORDER BY m.period
