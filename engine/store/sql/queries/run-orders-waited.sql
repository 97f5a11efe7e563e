-- Orders that waited for this day. $1 day, $2, $3 distributors, $4 run, $5 abandoned runs, $6, $7 months
-- Columns as run-order
SELECT o.order_id, o.paid_minor, o.distributor_id, o.batch_id AS order_batch_id, o.product_id, o.manager_id, o.quantity,
       o.closing_day, o.region_id, o.channel_id, o.currency,
       (o.flags + (o.revision - 1) * 16 + o.withdrawn::integer * 8)::smallint AS flags
  FROM (SELECT DISTINCT distributor_id, closing_month, order_id
          FROM settle.agenda
         WHERE look_day = $1 AND what = 1 AND distributor_id BETWEEN $2 AND $3
           AND run_id < $4 AND run_id <> ALL ($5::integer[])) a
  JOIN settle.closed_order o USING (distributor_id, closing_month, order_id)
 WHERE o.closing_month BETWEEN $6 AND $7
