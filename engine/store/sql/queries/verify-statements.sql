-- The statements that were taken in, and the sums of their rows.
SELECT position::integer, subject, decode(detail ->> 'rows', 'hex') AS rows_digest FROM settle.control_log WHERE action = 'statement-import'
