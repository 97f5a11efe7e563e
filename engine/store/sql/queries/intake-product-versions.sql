-- Columns as party-version
SELECT product_id AS id, valid_from, batch_id, name, carrier_id, class_id::integer, sales_from - date '2000-01-01',
       sales_to - date '2000-01-01'
  FROM settle.product_version v JOIN settle.told_when w USING (batch_id)
 ORDER BY product_id, valid_from, w.run_id, w.business_date, batch_id
