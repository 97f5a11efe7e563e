-- Periods with postings or orders, and what stands in them.
SELECT to_char(m.period, 'YYYY-MM'),
       CASE WHEN l.position IS NULL THEN 'open' ELSE 'closed' END,
       coalesce(l.actor, ''), coalesce(to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
       coalesce(m.transfers, 0)::bigint
  FROM (SELECT period, sum(transfers) AS transfers FROM settle.ledger_total
         WHERE run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a
                            WHERE a.run_id = ledger_total.run_id)
         GROUP BY period) m
  LEFT JOIN settle.control_log l
    ON l.action = 'period-close' AND l.subject = to_char(m.period, 'YYYY-MM')
 ORDER BY m.period
