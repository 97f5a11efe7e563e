-- Orders that a file may repeat. $1 order ids, $2 first closing month to look at.
-- No index leads with the order: months are scanned, hashed against the ids.
SELECT o.order_id, o.contract_id, o.distributor_id, o.batch_id, o.closing_at, o.closing_day, o.product_id,
       o.manager_id, o.quantity, o.paid_minor, o.region_id, o.channel_id, o.currency, o.flags,
       o.carrier_id, o.upstream_id, o.contract, o.line
  FROM unnest($1::bigint[]) AS n (order_id)
  JOIN settle.closed_order o ON o.order_id = n.order_id
 WHERE o.closing_month >= $2
