SELECT id FROM settle.code WHERE dim = 1 AND code = $1
