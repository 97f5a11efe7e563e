-- For its row sum: the columns behind batch_id are those of copy-event.sql, in their order.
SELECT batch_id, closing_month, distributor_id, order_id, event_id, batch_id, source_batch_id, line, kind,
       day, whole, amount_minor, reinstates, happened_at, upstream_id, order_batch_id, closing_day,
       product_id, manager_id, quantity, paid_minor, region_id, channel_id, currency, flags, revision, withdrawn
  FROM settle.event
