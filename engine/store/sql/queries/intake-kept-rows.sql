-- Quarantined rows of a batch to release. $1 batch, $2 line, $3 reason (0, '': any), $4 dismissed rows, too
-- $5 only what a withdrawal woke
SELECT q.line, q.raw
  FROM (SELECT o.batch_id, o.line, o.reason, o.raw FROM settle.open_row o WHERE NOT $4
         UNION ALL
        SELECT k.batch_id, k.line, k.reason, k.raw FROM settle.kept_row k WHERE $4) q
 WHERE q.batch_id = $1 AND ($2::bigint = 0 OR q.line = $2) AND ($3 = '' OR q.reason = $3)
   AND ($5 = false OR EXISTS (SELECT 1 FROM settle.quarantine_wake w WHERE w.batch_id = q.batch_id AND w.line = q.line))
   AND q.raw IS NOT NULL AND q.reason NOT IN ('invalid-utf8', 'nul-byte')
 ORDER BY q.line
