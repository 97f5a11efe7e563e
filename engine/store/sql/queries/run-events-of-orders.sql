-- The events of some orders that closed in one month: its partition alone is planned for. $1 month, $2 distributors,
-- $3 orders, $4, $5 first and last distributor
-- Columns as run-order, run-event
SELECT e.order_id, e.paid_minor, e.distributor_id, e.order_batch_id, e.product_id, e.manager_id, e.quantity,
       e.closing_day, e.region_id, e.channel_id, e.currency, e.flags,
       e.event_id, e.amount_minor, e.reinstates, e.batch_id, e.day, e.kind, e.whole,
       e.happened_at, CASE WHEN e.source_batch_id <> e.batch_id THEN e.source_batch_id END AS source_batch_id,
       (e.revision * 2 + e.withdrawn::integer)::smallint AS version
  FROM unnest($2::integer[], $3::bigint[]) AS k (distributor_id, order_id)
  JOIN settle.event e ON e.distributor_id = k.distributor_id AND e.order_id = k.order_id
 WHERE e.closing_month = $1 AND e.distributor_id BETWEEN $4 AND $5
