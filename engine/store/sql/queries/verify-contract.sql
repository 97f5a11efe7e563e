-- For its row sum: the columns behind batch_id are those of copy-contract.sql, in their order.
SELECT batch_id, contract_id, order_id, distributor_id, batch_id, closing_at, closing_day, product_id,
       manager_id, quantity, paid_minor, region_id, channel_id, currency, flags, revision, withdrawn
  FROM settle.contract
