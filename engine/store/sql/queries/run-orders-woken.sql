-- Orders with instalments that wait for the bills of months which are complete now. $1 carriers, $2 months (in pairs
-- with them), $3, $4 distributors, $5 run, $6 abandoned runs
-- Columns as run-order
SELECT o.order_id, o.paid_minor, o.distributor_id, o.batch_id AS order_batch_id, o.product_id, o.manager_id, o.quantity,
       o.closing_day, o.region_id, o.channel_id, o.currency,
       (o.flags + (o.revision - 1) * 16 + o.withdrawn::integer * 8)::smallint AS flags
  FROM (SELECT DISTINCT a.distributor_id, a.closing_month, a.order_id
          FROM unnest($1::integer[], $2::date[]) AS m (carrier_id, month)
          JOIN settle.agenda a ON a.carrier_id = m.carrier_id AND a.bill_month = m.month AND a.what = 3
         WHERE a.distributor_id BETWEEN $3 AND $4 AND a.run_id < $5 AND a.run_id <> ALL ($6::integer[])) w
  JOIN settle.closed_order o USING (distributor_id, closing_month, order_id)
