COPY settle.statement_line (position, line, kind, origin, subject_id, amount_minor, subject, fault) FROM STDIN (FORMAT binary)
