-- The lines of a statement, as they came. $1 position of its import
SELECT line, kind, origin, subject_id, amount_minor FROM settle.statement_line WHERE position = $1 ORDER BY line
