-- The first-closed order of each contract. $1 contract ids, ascending
SELECT DISTINCT ON (contract_id) order_id, contract_id, distributor_id, batch_id, closing_at, closing_day, product_id, manager_id, quantity,
       paid_minor, region_id, channel_id, currency, flags
  FROM settle.contract WHERE contract_id = ANY ($1::bigint[])
 ORDER BY contract_id, closing_at, order_id
