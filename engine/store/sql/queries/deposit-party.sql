-- $1 dimension, $2 code
SELECT id FROM settle.code WHERE dim = $1 AND code = $2
