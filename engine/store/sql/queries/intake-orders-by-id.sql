-- Orders that a file may repeat. $1 order ids, $2 first closing month to look at.
-- A short list is looked up; for a long one months are scanned and ANY is hashed (measured faster than a join with
-- unnest, which the planner turns into a merge join).
SELECT order_id, contract_id, distributor_id, batch_id, closing_at, closing_day, product_id, manager_id,
       quantity, paid_minor, region_id, channel_id, currency, flags, carrier_id, upstream_id, contract,
       line
  FROM settle.closed_order
 WHERE order_id = ANY ($1::bigint[]) AND closing_month >= $2
