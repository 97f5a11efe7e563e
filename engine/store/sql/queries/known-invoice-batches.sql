-- Batches with invoices of published runs, the last ones first.
SELECT b.run_id || '/' || c.code
  FROM settle.invoice_batch b JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
 WHERE b.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark') AND b.invoices > 0
 ORDER BY b.run_id DESC, c.code COLLATE "C"
