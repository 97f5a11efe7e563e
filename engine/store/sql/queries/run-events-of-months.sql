-- All events of the orders of a range of distributors that closed in some months. $1, $2 distributors, $3, $4 months
-- Columns as run-order, run-event
SELECT e.order_id, e.paid_minor, e.distributor_id, e.order_batch_id, e.product_id, e.manager_id, e.quantity,
       e.closing_day, e.region_id, e.channel_id, e.currency, e.flags,
       e.event_id, e.amount_minor, e.reinstates, e.batch_id, e.day, e.kind, e.whole,
       e.happened_at, CASE WHEN e.source_batch_id <> e.batch_id THEN e.source_batch_id END AS source_batch_id,
       (e.revision * 2 + e.withdrawn::integer)::smallint AS version
  FROM settle.event e
 WHERE e.distributor_id BETWEEN $1 AND $2 AND e.closing_month BETWEEN $3 AND $4
