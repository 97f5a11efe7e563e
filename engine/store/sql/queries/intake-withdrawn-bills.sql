-- Bills that a batch told, first or again, as they hold with their orders. is_supported: a batch that stands told the
-- bill, too, in a row of it or as a repeat. $1 batch
WITH told AS (
    SELECT contract_id, currency, month, revision FROM settle.bill WHERE batch_id = $1 AND source_batch_id = $1
     UNION
    SELECT contract_id, currency, month, revision FROM settle.bill_waiting WHERE source_batch_id = $1
     UNION
    SELECT fact_id, currency, month, revision FROM settle.fact_repeat WHERE batch_id = $1 AND kind = :bills_fact
),
stands AS (
    SELECT t.contract_id, t.currency, t.month, t.revision
      FROM told t
      JOIN (SELECT DISTINCT contract_id, order_id, distributor_id FROM settle.contract) c USING (contract_id)
      JOIN settle.bill b ON b.distributor_id = c.distributor_id AND b.order_id = c.order_id AND b.month = t.month
       AND b.revision = t.revision AND b.currency = t.currency AND b.contract_id = t.contract_id
     WHERE NOT b.withdrawn AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = b.source_batch_id)
     UNION
    SELECT contract_id, currency, month, revision FROM told JOIN settle.bill_waiting b USING (contract_id, currency, month, revision)
     WHERE NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = b.source_batch_id)
)
SELECT b.month, b.revision, b.issue_day, b.billed_minor, b.tax_minor, b.cash_minor, b.arrears_minor, b.minutes,
       b.megabytes, b.source_batch_id, b.line, b.turn,
       b.order_id, b.contract_id, b.distributor_id, b.order_batch_id, 'epoch'::timestamptz, b.closing_day,
       b.product_id, b.manager_id, b.quantity, b.paid_minor, b.region_id, b.channel_id, b.currency, b.flags,
       (b.contract_id, b.currency, b.month, b.revision) IN (SELECT contract_id, currency, month, revision FROM stands)
       OR EXISTS (SELECT 1 FROM settle.fact_repeat a
                   WHERE a.fact_id = b.contract_id AND a.month = b.month AND a.kind = :bills_fact
                     AND a.currency = b.currency AND a.revision = b.revision
                     AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id)) AS is_supported
  FROM told t
  JOIN (SELECT DISTINCT contract_id, order_id, distributor_id FROM settle.contract) c USING (contract_id)
  JOIN settle.bill b ON b.distributor_id = c.distributor_id AND b.order_id = c.order_id AND b.month = t.month
   AND b.revision = t.revision AND b.currency = t.currency AND b.contract_id = t.contract_id
 WHERE NOT b.withdrawn
   AND NOT EXISTS (SELECT 1 FROM settle.bill n
                    WHERE n.distributor_id = b.distributor_id AND n.order_id = b.order_id AND n.month = b.month
                      AND n.revision = b.revision AND (n.turn, n.withdrawn) > (b.turn, b.withdrawn))
