-- For its row sum: the columns behind batch_id are those of copy-product-version.sql, in their order.
SELECT batch_id, product_id, valid_from, batch_id, name, carrier_id, class_id, sales_from,
       sales_to
  FROM settle.product_version
