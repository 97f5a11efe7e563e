-- Codes of parties and products since the run before. $1, $2 ids by dimension
SELECT c.dim, c.id, c.code
  FROM settle.code c
 WHERE c.id > ($1::integer[])[c.dim] AND c.id <= ($2::integer[])[c.dim]
 ORDER BY 1, 2
