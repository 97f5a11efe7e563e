-- Their lines. $1 run, $2, $3 distributors
SELECT distributor_id, carrier_id, currency, tax_ppb, line, kind, class_id, taken_back::integer,
       withheld::integer, tax_included::integer, transfers, net_minor, tax_minor, gross_minor
  FROM settle.invoice_line
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
