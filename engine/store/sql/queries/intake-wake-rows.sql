-- Kept rows to be read again. $1 the batch that carries the withdrawal, or the revision, $2 batches, $3 lines
SELECT settle.wake_rows($1, $2, $3)
