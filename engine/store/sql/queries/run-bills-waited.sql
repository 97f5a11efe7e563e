-- Bills that waited for this day. $1 day, $2, $3 distributors, $4 run, $5 abandoned runs, $6, $7 months
-- Columns as run-order, run-bill
SELECT b.order_id, b.paid_minor, b.distributor_id, b.order_batch_id, b.product_id, b.manager_id, b.quantity,
       b.closing_day, b.region_id, b.channel_id, b.currency, b.flags,
       b.billed_minor, b.cash_minor, b.arrears_minor, b.megabytes, b.minutes, b.month,
       b.issue_day, b.revision,
       (b.turn * 2 + b.withdrawn::integer)::smallint AS version, b.follows, b.batch_id,
       CASE WHEN b.source_batch_id <> b.batch_id THEN b.source_batch_id END AS source_batch_id
  FROM (SELECT DISTINCT distributor_id, bill_month, order_id, revision
          FROM settle.agenda
         WHERE look_day = $1 AND what = 2 AND distributor_id BETWEEN $2 AND $3
           AND run_id < $4 AND run_id <> ALL ($5::integer[])) a
  JOIN settle.bill b ON b.distributor_id = a.distributor_id AND b.month = a.bill_month
   AND b.order_id = a.order_id AND b.revision = a.revision
 WHERE b.month BETWEEN $6 AND $7
