-- How often bills of some contracts came to waiting. $1 contracts
-- Columns as intake-turns
SELECT w.contract_id AS id, w.currency::integer AS of_id, w.month, w.revision, max(w.turn) AS last_turn
  FROM settle.bill_waiting w
 WHERE w.contract_id = ANY ($1::bigint[])
 GROUP BY 1, 2, 3, 4
