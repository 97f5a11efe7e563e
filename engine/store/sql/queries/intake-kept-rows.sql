-- Quarantined rows of a batch to release. $1 batch, $2 line, $3 reason (0, '': any), $4 only what refers to something
-- told later, $5 dismissed rows, too, $6 only what a withdrawal woke
SELECT q.line, q.raw
  FROM (SELECT o.batch_id, o.line, o.field, o.value, o.reason, o.raw FROM settle.open_row o WHERE NOT $5
         UNION ALL
        SELECT k.batch_id, k.line, k.field, k.value, k.reason, k.raw FROM settle.kept_row k WHERE $5) q
 WHERE q.batch_id = $1 AND ($2::bigint = 0 OR q.line = $2) AND ($3 = '' OR q.reason = $3)
   AND ($4 = false OR settle.was_told_later(q.reason, q.field, q.value, q.batch_id))
   AND ($6 = false OR EXISTS (SELECT 1 FROM settle.quarantine_wake w WHERE w.batch_id = q.batch_id AND w.line = q.line))
   AND q.raw IS NOT NULL AND q.reason NOT IN ('invalid-utf8', 'nul-byte')
 ORDER BY q.line
