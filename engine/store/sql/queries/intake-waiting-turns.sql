-- How often bills came to waiting. $1 contract ids, ascending
SELECT contract_id, currency, month, revision, max(turn) AS last_turn
  FROM settle.bill_waiting
 WHERE contract_id = ANY ($1::bigint[])
 GROUP BY 1, 2, 3, 4
