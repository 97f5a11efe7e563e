-- Versions activated up to a position of the control log. $1 position
SELECT policy_id, carrier_id, document, hash FROM settle.policy WHERE position <= $1 ORDER BY policy_id
