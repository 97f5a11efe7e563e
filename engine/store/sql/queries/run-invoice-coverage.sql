-- What the last invoice batch of each carrier carried forward: these groups reach further back than that
-- batch; and which of its invoices left a debt. $1 runs of the last batches, $4 their carriers, $2, $3 distributors
SELECT i.distributor_id, i.carrier_id, i.currency, i.tax_ppb,
       CASE WHEN i.carried
            THEN (SELECT min(b.after_run) FROM settle.invoice_binding b
                   WHERE b.distributor_id = i.distributor_id AND b.run_id = i.run_id AND b.carrier_id = i.carrier_id
                     AND b.currency = i.currency AND b.tax_ppb = i.tax_ppb)
            ELSE i.run_id END AS covered_run,
       CASE WHEN i.carried THEN i.brought_minor ELSE i.left_minor END AS brought_minor
  FROM settle.invoice i
  JOIN unnest($1::integer[], $4::integer[]) AS l (run_id, carrier_id) USING (run_id, carrier_id)
 WHERE (i.carried OR i.left_minor < 0) AND i.distributor_id BETWEEN $2 AND $3
 ORDER BY i.distributor_id
