-- The last closed period, NULL if none is: those before it are closed with it. $1 position of the
-- control log
SELECT to_char(settle.closed_to($1), 'YYYY-MM') AS closed_to
