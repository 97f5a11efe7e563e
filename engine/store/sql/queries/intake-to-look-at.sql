-- The last batch that was given a number, and whether the batches after $1 have rows that name somebody not known, or
-- tell of somebody while such rows are there: planning the query that finds them costs more than most imports
SELECT c.value,
       EXISTS (SELECT FROM settle.quarantine q
                WHERE q.batch_id > $1 AND q.batch_id <= c.value AND settle.names_somebody(q.reason)) OR
       EXISTS (SELECT FROM settle.batch b
                WHERE b.batch_id > $1 AND b.batch_id <= c.value
                  AND b.kind IN (:master_files)) AND
       EXISTS (SELECT FROM settle.quarantine q WHERE settle.names_somebody(q.reason)) AS some
  FROM settle.counter c WHERE c.name = 'batch'
