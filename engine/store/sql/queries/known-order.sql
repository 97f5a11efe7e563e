-- Whether an order is stored under this id of a carrier. $1 id
SELECT EXISTS (SELECT 1 FROM settle.closed_order o WHERE o.upstream_id = $1)
