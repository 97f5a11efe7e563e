-- What speaks against closing. $1 first day of the period, $2 its name
SELECT EXISTS (SELECT 1 FROM settle.control_log WHERE action = 'period-close'
                  AND subject COLLATE "C" >= $2),
       (SELECT max(p.business_date) FROM settle.run_publication p JOIN settle.run r USING (run_id)
         WHERE r.kind = 'nightly'),
       (SELECT min(r.run_id) FROM settle.run r
         WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)),
       (SELECT min(m.period)
          FROM (SELECT DISTINCT period FROM settle.ledger_total WHERE period < $1::date) m
         WHERE NOT EXISTS (SELECT 1 FROM settle.control_log l
                            WHERE l.action = 'period-close'
                              AND l.subject COLLATE "C" >= to_char(m.period, 'YYYY-MM'))),
       (SELECT count(*) FROM settle.batch b
         WHERE b.state = 'sealed' AND b.kind IN ('orders', 'bills', 'events')
           AND b.business_date < ($1::date + interval '1 month')::date
           AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id))
