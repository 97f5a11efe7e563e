-- Events of some orders that closed in one month: its partition alone is planned for. $1 month, $2 distributors,
-- $3 orders
SELECT e.event_id, e.order_id, e.kind, e.day, e.whole, e.amount_minor, e.reinstates, e.happened_at, e.source_batch_id,
       e.line, e.currency
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.event e ON e.distributor_id = k.distributor_id AND e.order_id = k.order_id
 WHERE e.closing_month = $1
