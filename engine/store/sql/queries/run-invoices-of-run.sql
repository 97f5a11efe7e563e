-- For the batch's control totals and digest. $1 run
SELECT carrier_id, distributor_id, currency, tax_ppb, carried, lines, transfers, net_minor, tax_minor,
       gross_minor, withheld_minor, payable_minor, tax_added_minor, brought_minor, covered_minor, left_minor
  FROM settle.invoice WHERE run_id = $1 ORDER BY carrier_id
