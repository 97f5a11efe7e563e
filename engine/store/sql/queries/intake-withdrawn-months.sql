-- Months that a batch declared complete, first or again, as that holds. is_supported: a batch that stands did so, too.
-- $1 batch
-- Columns as withdrawn
SELECT m.batch_id, m.line,
       NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = m.batch_id)
       OR EXISTS (SELECT 1 FROM settle.fact_repeat a
                   WHERE a.fact_id = m.carrier_id AND a.month = m.month AND a.kind = :months_fact
                     AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id))
       OR EXISTS (SELECT 1 FROM settle.month_complete a
                   WHERE a.carrier_id = m.carrier_id AND a.month = m.month AND NOT a.withdrawn
                     AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id)) AS is_supported,
       m.carrier_id, m.month, m.revision::integer
  FROM (SELECT DISTINCT ON (m.carrier_id, m.month) m.*
          FROM settle.month_complete m
         WHERE (m.carrier_id, m.month) IN (SELECT carrier_id, month FROM settle.month_complete WHERE batch_id = $1
                                            UNION ALL
                                           SELECT fact_id, month FROM settle.fact_repeat
                                            WHERE batch_id = $1 AND kind = :months_fact)
         ORDER BY m.carrier_id, m.month, m.revision DESC, m.withdrawn DESC) m
 WHERE NOT m.withdrawn
 ORDER BY m.carrier_id, m.month
