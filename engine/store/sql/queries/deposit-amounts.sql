-- What was last decided on the deposit of a party. $1 position in the control log
SELECT DISTINCT ON (c.dim, c.id) c.dim, c.id, l.detail ->> 'amount' AS amount, l.position
  FROM settle.control_log l
  JOIN settle.code c ON c.dim = (l.detail ->> 'dim')::smallint AND c.code = l.detail ->> 'code'
 WHERE l.action = 'deposit-amount' AND l.position <= $1
 ORDER BY c.dim, c.id, l.position DESC
