-- Whether an order is stored under this id of a carrier, or this id/line. $1 id
SELECT EXISTS (SELECT 1 FROM settle.closed_order o
                WHERE o.upstream_id = $1 OR o.order_line <> '' AND o.upstream_id || '/' || o.order_line = $1) AS is_known
