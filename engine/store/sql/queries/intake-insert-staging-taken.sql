SELECT settle.take_staged($1, $2, $3, $4)
