-- $1 drafting run, $2 carrier, $3 the run that issues the batch
SELECT settle.issue_batch($1, $2, $3)
