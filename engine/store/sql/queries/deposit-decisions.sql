-- What was decided on deposits and is not brought about yet, in its order. $1 after which position in the control log, $2 up
-- to which
SELECT l.position, l.action, c.dim, c.id, coalesce(k.id, 0) AS party_id, coalesce(l.detail ->> 'amount', '') AS amount
  FROM settle.control_log l
  JOIN settle.code c ON c.dim = (l.detail ->> 'dim')::smallint AND c.code = l.detail ->> 'code'
  LEFT JOIN settle.code k ON k.dim = 1 AND k.code = l.detail ->> 'carrier'
 WHERE l.action IN ('deposit-cover', 'deposit-forfeit', 'deposit-amount') AND l.position > $1 AND l.position <= $2
 ORDER BY 1
