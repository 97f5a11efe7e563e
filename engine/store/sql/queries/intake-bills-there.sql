-- Bills of those months of orders, also withdrawn ones: of a revision the last row, by turn and withdrawal, holds. An order
-- that was of another contract, or in another currency, may have had bills of those: they count as turns alone.
-- $1 distributors, $2 orders, $3 months, $4 first, $5 last of the months, $6 contracts of the orders, $7 their currencies
SELECT b.month, b.revision, b.issue_day, b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.minutes,
       b.megabytes, b.source_batch_id, b.line, b.turn,
       b.order_id, b.contract_id, b.distributor_id, b.order_batch_id, 'epoch'::timestamptz, b.closing_day,
       b.product_id, b.manager_id, b.quantity, b.paid_minor, b.region_id, b.channel_id, b.currency, b.flags, b.withdrawn,
       n.contract_id AS contract_now, n.currency::smallint AS currency_now
  FROM unnest($1::integer[], $2::bigint[], $3::date[], $6::bigint[], $7::integer[])
       AS n (distributor_id, order_id, month, contract_id, currency)
  JOIN settle.bill b USING (distributor_id, order_id, month)
 WHERE b.month BETWEEN $4 AND $5
