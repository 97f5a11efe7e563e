-- What is known to have happened to them. $1, $2 distributors, $3 first closing month, $4 the last settled night
SELECT e.order_id, e.event_id, e.amount_minor, e.reinstates, e.day, e.kind, e.whole, e.happened_at, e.distributor_id,
       (e.revision * 2 + e.withdrawn::integer)::smallint AS version
  FROM settle.event e
  JOIN settle.batch_consumption n ON n.batch_id = e.batch_id
  JOIN settle.batch_consumption s ON s.batch_id = e.source_batch_id
  JOIN settle.run_publication q ON q.run_id = n.run_id
 WHERE e.distributor_id BETWEEN $1 AND $2 AND e.closing_month >= $3 AND e.day <= $4
 ORDER BY e.distributor_id, e.order_id
