-- Orders of some closing months that have more rows than one, whatever batches these are of. $1, $2 distributors,
-- $3, $4 months
SELECT DISTINCT closing_month, distributor_id, order_id
  FROM settle.order_revised
 WHERE distributor_id BETWEEN $1 AND $2 AND closing_month BETWEEN $3 AND $4
 ORDER BY closing_month, distributor_id, order_id
