-- Locks the epoch against a newer runner until the end of the transaction.
UPDATE settle.counter SET value = value WHERE name = 'epoch' AND value = $1
