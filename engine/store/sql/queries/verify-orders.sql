-- Columns as verify-walk
SELECT distributor_id, order_id FROM settle.closed_order ORDER BY 1
