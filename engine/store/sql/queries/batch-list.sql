-- Batches, the last first. $1 kind (NULL: any), $2 business date (NULL: any), $3 only those somebody wants withdrawn,
-- $4 limit (0: all)
SELECT b.batch_id, b.kind, b.source, b.business_date::text, b.state, b.rows_read, b.accepted, b.repeated, b.quarantined,
       b.waiting, c.run_id, coalesce(w.state, CASE WHEN x.batch_id IS NOT NULL THEN 'withdraws ' || x.batch_id END, ''),
       w.by_batch
  FROM settle.batch b
  LEFT JOIN settle.batch_consumption c USING (batch_id)
  LEFT JOIN settle.withdrawal w USING (batch_id)
  LEFT JOIN settle.batch_withdrawal x ON x.by_batch = b.batch_id
 WHERE ($1::text IS NULL OR b.kind = $1) AND ($2::text IS NULL OR b.business_date = $2::date)
   AND ($3 = false OR w.state IS NOT NULL)
 ORDER BY b.batch_id DESC LIMIT NULLIF($4::integer, 0)
