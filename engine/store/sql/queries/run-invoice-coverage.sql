-- What the last invoice batch of each carrier carried forward: these groups reach further back than that
-- batch. $1 runs of the last batches, $2, $3 distributors
SELECT i.distributor_id, i.carrier_id, i.currency, i.tax_ppb, i.after_run
  FROM settle.invoice i
  JOIN unnest($1::integer[], $4::integer[]) AS l (run_id, carrier_id) USING (run_id, carrier_id)
 WHERE i.carried AND i.distributor_id BETWEEN $2 AND $3
 ORDER BY i.distributor_id
