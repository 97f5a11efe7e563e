-- Codes of a dimension. $1 dimension
SELECT id, code FROM settle.code WHERE dim = $1
