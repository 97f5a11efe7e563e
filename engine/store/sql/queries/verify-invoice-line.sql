-- For its row sum: the columns behind run_id, distributor_id are those of copy-invoice-line.sql, in their order.
SELECT run_id, distributor_id, distributor_id, run_id, carrier_id, currency, tax_ppb, line, kind, class_id,
       taken_back, withheld, tax_included, transfers, net_minor, tax_minor, gross_minor
  FROM settle.invoice_line
