-- Quarantined rows of a batch to release. $1 batch, $2 line, $3 reason (0, '': any), $4 only what refers to something
-- told later
SELECT q.line, q.raw
  FROM settle.quarantine q
 WHERE q.batch_id = $1 AND ($2::bigint = 0 OR q.line = $2) AND ($3 = '' OR q.reason = $3)
   AND ($4 = false OR settle.was_told_later(q.reason, q.field, q.value, q.batch_id))
   AND q.raw IS NOT NULL AND q.reason NOT IN ('invalid-utf8', 'nul-byte')
   AND NOT EXISTS (SELECT 1 FROM settle.quarantine_release r
                    WHERE r.batch_id = q.batch_id AND r.line = q.line)
 ORDER BY q.line
