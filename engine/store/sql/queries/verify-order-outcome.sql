-- For its row sum: the columns behind run_id, distributor_id are those of copy-order-outcome.sql, in their order.
SELECT run_id, distributor_id, distributor_id, closing_month, order_id, run_id, outcome, paid_minor,
       carrier_id
  FROM settle.order_outcome
