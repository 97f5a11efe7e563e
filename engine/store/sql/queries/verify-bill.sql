-- For its row sum: the columns behind batch_id are those of copy-bill.sql, in their order.
SELECT batch_id, month, distributor_id, order_id, revision, withdrawn, follows, batch_id, source_batch_id,
       issue_day, billed_minor, tax_minor, cash_minor, arrears_minor, minutes, megabytes, order_batch_id,
       closing_day, product_id, manager_id, quantity, paid_minor, region_id, channel_id, currency, flags,
       contract_id, line, turn
  FROM settle.bill
