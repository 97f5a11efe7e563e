-- Up to which run each distributor has been invoiced, per carrier, currency and tax rate.
-- $1, $2 distributors, $3 carriers, $4 run, $5 abandoned runs
SELECT distributor_id, carrier_id, currency, tax_ppb, max(run_id)
  FROM settle.invoice
 WHERE distributor_id BETWEEN $1 AND $2 AND carrier_id = ANY ($3::integer[]) AND NOT carried
   AND run_id < $4 AND run_id <> ALL ($5::integer[])
 GROUP BY 1, 2, 3, 4
