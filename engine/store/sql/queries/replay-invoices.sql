-- Invoices that a run drafted. $1 run, $2, $3 distributors
SELECT distributor_id, carrier_id, currency, tax_ppb, tax_rounding, tax_per, carried::integer, lines, transfers,
       net_minor, tax_minor, gross_minor, withheld_minor, payable_minor, tax_added_minor,
       brought_minor, covered_minor, left_minor
  FROM settle.invoice
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
