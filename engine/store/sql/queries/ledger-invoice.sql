-- Whose invoice it is and which runs it drew from: those after after_run up to run_id. $1 number
SELECT i.carrier, i.distributor, i.currency_no, i.tax_ppb, i.after_run, i.run_id
  FROM settle_view.invoice i
 WHERE i.number = $1
