-- For its row sum: the columns behind run_id, distributor_id are those of copy-agenda.sql, in their order.
SELECT run_id, distributor_id, distributor_id, run_id, order_id, what, slot, closing_month, look_day,
       bill_month, revision, carrier_id
  FROM settle.agenda
