-- The last batch that was given a number
SELECT value FROM settle.counter WHERE name = 'batch'
