-- The carrier's name of an order. $1 distributor, $2 order
SELECT coalesce(upstream_id || coalesce('/' || NULLIF(order_line, ''), ''), '(erased) #' || order_id) AS order_text
  FROM settle.closed_order WHERE distributor_id = $1 AND order_id = $2
 ORDER BY revision DESC, withdrawn DESC LIMIT 1
