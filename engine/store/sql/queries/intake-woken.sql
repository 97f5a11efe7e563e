-- Batches with open rows that a withdrawal or a revision woke, with the later of both business dates.
SELECT o.batch_id, max(greatest(o.business_date, b.business_date)) AS business_date
  FROM settle.open_row o
  JOIN settle.quarantine_wake w USING (batch_id, line)
  JOIN settle.batch b ON b.batch_id = w.by_batch
 WHERE o.raw IS NOT NULL AND o.reason NOT IN ('invalid-utf8', 'nul-byte')
 GROUP BY 1 ORDER BY 1
