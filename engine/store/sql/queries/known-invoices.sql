-- Numbers of all invoices of published runs.
SELECT i.number FROM settle_view.invoice i WHERE i.number IS NOT NULL ORDER BY 1
