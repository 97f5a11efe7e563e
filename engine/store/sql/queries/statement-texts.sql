-- What some lines of a statement say. $1 position of its import, $2 lines
SELECT line, coalesce(subject, '(erased) #' || line), coalesce(fault, '(erased)') AS fault_text
  FROM settle.statement_line
 WHERE position = $1 AND line = ANY ($2::bigint[])
 ORDER BY line
