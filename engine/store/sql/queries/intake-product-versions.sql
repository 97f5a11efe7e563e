SELECT product_id, valid_from, batch_id, name, carrier_id, class_id::integer
  FROM settle.product_version ORDER BY product_id, valid_from, batch_id
