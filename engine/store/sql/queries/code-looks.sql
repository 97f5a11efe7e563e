-- Codes in the order in which they became known. $1 dimension, 0: all
SELECT dim, id, code FROM settle.code WHERE $1::integer IN (0, dim) ORDER BY dim, id
