-- Its invoice batches. $1 run, $2 the run before
SELECT carrier_id, cut_off, invoices, lines, net_minor, tax_minor, gross_minor, withheld_minor, payable_minor,
       carried, digest, drafter
  FROM settle.invoice_batch WHERE run_id = $1 AND $2 = $2 ORDER BY 1
