-- What is known of contracts: all rows of all their orders. $1 contract ids, ascending
SELECT order_id, contract_id, distributor_id, batch_id, closing_at, closing_day, product_id, manager_id, quantity,
       paid_minor, region_id, channel_id, currency, flags, revision, withdrawn
  FROM settle.contract WHERE contract_id = ANY ($1::bigint[])
