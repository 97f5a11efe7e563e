-- Events that waited for this day. $1 day, $2, $3 distributors, $4 run, $5 abandoned runs, $6, $7 months
-- Columns as run-order, run-event
SELECT e.order_id, e.paid_minor, e.distributor_id, e.order_batch_id, e.product_id, e.manager_id, e.quantity,
       e.closing_day, e.region_id, e.channel_id, e.currency, e.flags,
       e.event_id, e.amount_minor, e.reinstates, e.batch_id, e.day, e.kind, e.whole,
       e.happened_at, CASE WHEN e.source_batch_id <> e.batch_id THEN e.source_batch_id END AS source_batch_id,
       (e.revision * 2 + e.withdrawn::integer)::smallint AS version
  FROM (SELECT DISTINCT distributor_id, closing_month, order_id
          FROM settle.agenda
         WHERE look_day = $1 AND what = 5 AND distributor_id BETWEEN $2 AND $3
           AND run_id < $4 AND run_id <> ALL ($5::integer[])) a
  JOIN settle.event e USING (distributor_id, closing_month, order_id)
 WHERE e.closing_month BETWEEN $6 AND $7
