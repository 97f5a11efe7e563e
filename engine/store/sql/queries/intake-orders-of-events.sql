-- All orders of the keys that events name: where there are several, an event's time decides. $1, $2 first and last
-- closing month, $3 keys. An array that comes of a subquery is not looked at by the planner, which would weigh each of
-- its elements against each month; the index finds them.
SELECT order_id, contract_id, distributor_id, batch_id, closing_at, closing_day, product_id, manager_id,
       quantity, paid_minor, region_id, channel_id, currency, flags, key_id, revision, withdrawn
  FROM settle.closed_order
 WHERE closing_month BETWEEN $1 AND $2 AND key_id = ANY (ARRAY(SELECT unnest($3::bigint[])))
 ORDER BY closing_month
