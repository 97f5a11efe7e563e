-- Whose invoice it is and which runs it drew from: in each row those after after_run up to up_to_run. $1 number
SELECT i.carrier, i.distributor, i.currency_no, i.tax_ppb, b.after_run, b.up_to_run
  FROM settle_view.invoice i
  JOIN settle.invoice_binding b ON b.distributor_id = i.distributor_id AND b.run_id = i.run_id
   AND b.carrier_id = i.carrier_id AND b.currency = i.currency_no AND b.tax_ppb = i.tax_ppb
 WHERE i.number = $1
 ORDER BY b.after_run
