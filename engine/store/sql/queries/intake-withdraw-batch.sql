-- Begins a withdrawal. $1 batch, $2 the batch that carries it
SELECT settle.withdraw_batch($1, $2)
