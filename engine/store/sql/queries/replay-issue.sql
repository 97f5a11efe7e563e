-- The invoice batch that an issue run issued. $1 run
SELECT i.batch_run_id, i.carrier_id, b.cut_off
  FROM settle.invoice_issue i
  JOIN settle.invoice_batch b ON b.run_id = i.batch_run_id AND b.carrier_id = i.carrier_id
 WHERE i.run_id = $1
