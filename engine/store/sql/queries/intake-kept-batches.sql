-- Batches with quarantined rows to release, master data first. $1 batch, $2 line, $3 reason (0, '': any)
-- $4 dismissed rows, too, $5 only what a withdrawal woke
SELECT b.batch_id, b.kind, b.header, b.business_date
  FROM settle.batch b
 WHERE ($1 = 0 OR b.batch_id = $1)
   AND EXISTS (SELECT 1
                 FROM (SELECT o.batch_id, o.line, o.reason, o.raw FROM settle.open_row o WHERE NOT $4
                        UNION ALL
                       SELECT k.batch_id, k.line, k.reason, k.raw FROM settle.kept_row k WHERE $4) q
                WHERE q.batch_id = b.batch_id AND ($2::bigint = 0 OR q.line = $2)
                  AND ($3 = '' OR q.reason = $3) AND q.reason NOT IN ('invalid-utf8', 'nul-byte') AND q.raw IS NOT NULL
                  AND ($5 = false OR EXISTS (SELECT 1 FROM settle.quarantine_wake w WHERE w.batch_id = q.batch_id AND w.line = q.line)))
 ORDER BY array_position(ARRAY[:all_files], b.kind),
          b.batch_id
