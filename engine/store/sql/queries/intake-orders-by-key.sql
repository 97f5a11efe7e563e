-- Orders that a file may repeat, or use the key of. $1 keys, $2, $3 first and last closing month to look at.
-- A short list is looked up; for a long one months are scanned and ANY is hashed (measured faster than a join with
-- unnest, which the planner turns into a merge join).
SELECT order_id, contract_id, distributor_id, batch_id, closing_at, closing_day, product_id, manager_id,
       quantity, paid_minor, region_id, channel_id, currency, flags, carrier_id, key_id, line, upstream_id, order_line,
       contract, revision, withdrawn
  FROM settle.closed_order
 WHERE key_id = ANY ($1::bigint[]) AND closing_month BETWEEN $2 AND $3
