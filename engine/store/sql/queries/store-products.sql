-- Of two versions with the same day the later batch holds.
SELECT product_id, valid_from, carrier_id, class_id, sales_from, sales_to FROM settle.product_version
 WHERE batch_id = ANY ($1::integer[]) ORDER BY batch_id
