-- Withdraws what a batch of receipts alone told. $1 the batch that carries the withdrawal
SELECT settle.withdraw_receipts($1)
