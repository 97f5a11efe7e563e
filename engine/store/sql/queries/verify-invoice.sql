-- For its row sum: the columns behind run_id, distributor_id are those of copy-invoice.sql, in their order.
SELECT run_id, distributor_id, distributor_id, run_id, carrier_id, currency, tax_ppb, chunk, place, after_run,
       carried, lines, transfers, net_minor, tax_minor, gross_minor, withheld_minor, payable_minor,
       tax_added_minor, brought_minor, covered_minor
  FROM settle.invoice
