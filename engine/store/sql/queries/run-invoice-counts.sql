-- Invoices per chunk and carrier that take a number.
SELECT chunk, carrier_id, count(*)::integer
  FROM settle.invoice WHERE run_id = $1 AND NOT carried GROUP BY 1, 2 ORDER BY carrier_id, chunk
