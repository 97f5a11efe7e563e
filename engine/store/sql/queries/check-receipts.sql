-- The receipts of a run add up to its publication.
-- Columns as check-finding
SELECT p.run_id, 'receipts' AS place, format('they add up to %s facts, %s settled, %s zero, %s waiting, %s due, %s transfers, %s invoices over %s of %s chunks; published are %s, %s, %s, %s, %s, %s, %s',
           r.facts, r.settled, r.zero, r.waiting, r.due, r.transfers, r.invoices, r.n, c.n,
           p.facts, p.settled, p.zero, p.waiting, p.due, p.transfers, p.invoices) AS finding
  FROM settle.run_publication p
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM settle.run_chunk c WHERE c.run_id = p.run_id) c
 CROSS JOIN LATERAL (SELECT count(*) AS n, coalesce(sum(facts), 0) AS facts, coalesce(sum(settled), 0) AS settled,
                            coalesce(sum(zero), 0) AS zero, coalesce(sum(waiting), 0) AS waiting,
                            coalesce(sum(due), 0) AS due, coalesce(sum(transfers), 0) AS transfers,
                            coalesce(sum(amount_minor), 0) AS amount, coalesce(sum(invoices), 0) AS invoices
                       FROM settle.run_receipt r WHERE r.run_id = p.run_id) r
 WHERE r.n <> c.n
    OR (r.facts, r.settled, r.zero, r.waiting, r.due, r.transfers, r.amount, r.invoices)
       IS DISTINCT FROM
       (p.facts, p.settled, p.zero, p.waiting, p.due, p.transfers, p.amount_minor, p.invoices)
