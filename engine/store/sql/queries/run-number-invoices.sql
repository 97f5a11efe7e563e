-- Gives the invoices of a run their numbers. $1 run, $2 year
SELECT settle.number_invoices($1, $2)
