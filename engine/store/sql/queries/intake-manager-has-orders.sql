-- Whether an order came through a manager. $1 distributor, $2 manager
SELECT 1 FROM settle.closed_order WHERE distributor_id = $1 AND manager_id = $2 LIMIT 1
