SELECT b.batch_id, b.state, coalesce(c.run_id, 0) AS run_id
  FROM settle.batch b LEFT JOIN settle.batch_consumption c USING (batch_id)
 ORDER BY 1
