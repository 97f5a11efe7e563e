-- Rows of a batch that are looked at again. $1 batch, $2 lines
SELECT q.line, q.raw
  FROM settle.quarantine q
 WHERE q.batch_id = $1 AND q.line = ANY ($2::bigint[])
 ORDER BY q.line
