-- Receipts that a batch told, first or again, as they hold. is_supported: a batch that stands told it, too.
-- settle.withdraw_receipts() stores those that are not. $1 batch
-- Columns as withdrawn
SELECT r.batch_id, r.line,
       NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = r.batch_id)
       OR EXISTS (SELECT 1 FROM settle.fact_repeat a
                   WHERE a.fact_id = r.receipt_id AND a.kind = :receipts_fact
                     AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id))
       OR EXISTS (SELECT 1 FROM settle.receipt a
                   WHERE a.receipt_id = r.receipt_id AND NOT a.withdrawn
                     AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id)) AS is_supported,
       r.distributor_id, r.month
  FROM (SELECT DISTINCT ON (r.receipt_id) r.*
          FROM settle.receipt r
         WHERE r.receipt_id IN (SELECT receipt_id FROM settle.receipt WHERE batch_id = $1
                                 UNION ALL
                                SELECT fact_id FROM settle.fact_repeat WHERE batch_id = $1 AND kind = :receipts_fact)
         ORDER BY r.receipt_id, r.revision DESC, r.withdrawn DESC) r
 WHERE NOT r.withdrawn
 ORDER BY r.distributor_id, r.receipt_id
