-- Rows that were not accepted and are open, each once however often it came, by reason.
SELECT q.reason, count(*), min(q.batch_id), max(q.batch_id)
  FROM settle_view.rejected q
 GROUP BY 1 ORDER BY 2 DESC, 1
