-- $1 run, $2, $3 distributors
SELECT distributor_id, order_id, what, slot, look_day - date '2000-01-01', closing_month - date '2000-01-01',
       coalesce(bill_month - date '2000-01-01', 0), coalesce(revision, 0), carrier_id
  FROM settle.agenda
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
