-- Batches that somebody wants withdrawn, and that are not yet.
SELECT w.batch_id, b.kind, b.source, b.business_date::text, w.state, w.asked_by, w.reason
  FROM settle.withdrawal w JOIN settle.batch b USING (batch_id)
 WHERE w.state IN ('asked', 'approved') ORDER BY 1
