-- $1 run, $2 carrier, $3 cut-off, $4 digest of its invoices
SELECT settle.draft_invoices($1, $2, $3, $4)
