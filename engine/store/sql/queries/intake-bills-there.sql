-- Bills of those months of orders, also withdrawn ones: of a revision the last row, by turn and withdrawal, holds.
-- $1 distributors, $2 orders, $3 months, $4 first, $5 last of the months
SELECT b.month, b.revision, b.issue_day, b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.minutes,
       b.megabytes, b.source_batch_id, b.line, b.turn,
       b.order_id, b.contract_id, b.distributor_id, b.order_batch_id, 'epoch'::timestamptz, b.closing_day,
       b.product_id, b.manager_id, b.quantity, b.paid_minor, b.region_id, b.channel_id, b.currency, b.flags, b.withdrawn
  FROM unnest($1::integer[], $2::bigint[], $3::date[]) AS n (distributor_id, order_id, month)
  JOIN settle.bill b USING (distributor_id, order_id, month)
 WHERE b.month BETWEEN $4 AND $5
