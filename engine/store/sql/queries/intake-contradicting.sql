-- Open rows that contradict a fact, and where that stands. $1 kind of the batches
SELECT o.batch_id, o.line, o.against_batch, o.against_line
  FROM settle.open_row o
 WHERE o.against_batch IS NOT NULL AND o.kind = $1
