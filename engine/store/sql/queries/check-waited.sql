-- A bill or event that is of another batch than the one that told it (it waited for its order, or moved) is as it was told.
-- Outer joins that are counted: few waited, and these are what is hashed.
-- Columns as check-finding
SELECT coalesce(c.run_id, 0) AS run_id, format('batch %s', x.batch_id) AS place,
       format('%s %s of it are not as batch %s told them', x.n, x.what, x.source_batch_id) AS finding
  FROM (SELECT w.batch_id, w.source_batch_id, 'bills' AS what, count(*) AS n
          FROM (SELECT b.batch_id, b.source_batch_id, b.line, b.contract_id, b.month, b.revision
                  FROM (SELECT * FROM settle.bill WHERE source_batch_id <> batch_id) b
                  LEFT JOIN (SELECT source_batch_id, line, contract_id, currency, month, revision, issue_day, billed_minor, tax_minor,
                                    cash_minor, arrears_minor, minutes, megabytes
                               FROM settle.bill WHERE source_batch_id = batch_id
                              UNION ALL
                             SELECT source_batch_id, line, contract_id, currency, month, revision, issue_day, billed_minor, tax_minor,
                                    cash_minor, arrears_minor, minutes, megabytes
                               FROM settle.bill_waiting WHERE source_batch_id = batch_id) f
                 USING (source_batch_id, line, contract_id, currency, month, revision, issue_day, billed_minor, tax_minor, cash_minor,
                        arrears_minor, minutes, megabytes)
                 GROUP BY b.batch_id, b.source_batch_id, b.line, b.contract_id, b.month, b.revision
                HAVING count(f.line) = 0) w
         GROUP BY 1, 2
         UNION ALL
        SELECT w.batch_id, w.source_batch_id, 'events', count(*)
          FROM (SELECT e.batch_id, e.source_batch_id, e.line, e.event_id, e.revision
                  FROM (SELECT * FROM settle.event WHERE source_batch_id <> batch_id) e
                  LEFT JOIN (SELECT source_batch_id, line, key_id, event_id, kind, day, whole, amount_minor, reinstates, happened_at
                               FROM settle.event WHERE source_batch_id = batch_id
                              UNION ALL
                             SELECT source_batch_id, line, key_id, event_id, kind, day, whole, amount_minor, reinstates, happened_at
                               FROM settle.event_waiting WHERE source_batch_id = batch_id) f
                 USING (source_batch_id, line, key_id, event_id, kind, day, whole, amount_minor, reinstates, happened_at)
                 GROUP BY e.batch_id, e.source_batch_id, e.line, e.event_id, e.revision
                HAVING count(f.line) = 0) w
         GROUP BY 1, 2) x
  LEFT JOIN settle.batch_consumption c USING (batch_id)
