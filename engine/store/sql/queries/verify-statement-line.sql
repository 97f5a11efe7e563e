-- For its row sum: the columns behind the first are those of copy-statement-line.sql, in their order.
SELECT position::integer, position, line, kind, origin, subject_id, amount_minor, subject, fault
  FROM settle.statement_line
