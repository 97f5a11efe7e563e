-- Numbers of invoices of published runs. $1 those that begin so (NULL: all)
SELECT i.number FROM settle_view.invoice i
 WHERE i.number IS NOT NULL AND ($1::text IS NULL OR starts_with(i.number, $1))
 ORDER BY 1
