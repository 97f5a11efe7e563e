-- Bills that a batch told, first or again, and that wait for their order. is_supported: a batch that stands told the bill,
-- too, in a row of it or as a repeat. $1 batch
WITH told AS (
    SELECT contract_id, currency, month, revision FROM settle.bill WHERE batch_id = $1 AND source_batch_id = $1
     UNION
    SELECT contract_id, currency, month, revision FROM settle.bill_waiting WHERE source_batch_id = $1
     UNION
    SELECT fact_id, currency, month, revision FROM settle.fact_repeat WHERE batch_id = $1 AND kind = :bills_fact
)
SELECT b.contract_id, b.currency, b.month, b.revision, b.turn, b.source_batch_id, b.line,
       EXISTS (SELECT 1 FROM settle.bill_waiting a
                WHERE a.contract_id = b.contract_id AND a.currency = b.currency AND a.month = b.month
                  AND a.revision = b.revision
                  AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.source_batch_id))
       OR EXISTS (SELECT 1 FROM settle.fact_repeat a
                   WHERE a.fact_id = b.contract_id AND a.month = b.month AND a.kind = :bills_fact
                     AND a.currency = b.currency AND a.revision = b.revision
                     AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id)) AS is_supported
  FROM told t
  JOIN settle.bill_waiting b USING (contract_id, currency, month, revision)
 WHERE NOT EXISTS (SELECT 1 FROM settle.bill_found f
                    WHERE f.contract_id = b.contract_id AND f.currency = b.currency AND f.month = b.month
                      AND f.revision = b.revision AND f.turn = b.turn)
