-- The last id given in each dimension.
SELECT name, value FROM settle.counter WHERE name LIKE 'code-%'
