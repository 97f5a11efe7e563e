-- All rows of the events of some orders, with what the order is called. $1 distributors, $2 closing months, $3 orders,
-- $4, $5 first and last of the months
-- Columns as intake-event, intake-event-texts
SELECT e.event_id, e.order_id, e.distributor_id, e.order_batch_id, e.kind, e.day, e.whole, e.amount_minor, e.reinstates, e.happened_at, e.source_batch_id,
       e.line, e.said_currency, e.key_id, e.closed_month, e.revision, e.withdrawn AS is_over,
       o.carrier_id, e.upstream_id AS event_text, o.upstream_id AS order_text, o.order_line
  FROM unnest($1::integer[], $2::date[], $3::bigint[]) AS n (distributor_id, closing_month, order_id)
  JOIN settle.event e USING (distributor_id, closing_month, order_id)
  JOIN settle.closed_order o USING (distributor_id, closing_month, order_id)
 WHERE e.closing_month BETWEEN $4 AND $5 AND o.closing_month BETWEEN $4 AND $5
