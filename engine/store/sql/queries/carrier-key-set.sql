-- Gives a carrier another database's key. $1 carrier, $2 64 hex digits
SELECT settle.set_carrier_key($1, decode($2, 'hex'))
