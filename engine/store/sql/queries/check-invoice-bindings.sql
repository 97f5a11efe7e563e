-- No run's transfers are on two documents: of a distributor, carrier, currency and tax rate what they bind does not
-- overlap. A binding is of an invoice, and an invoice has one.
-- Columns as check-finding
SELECT b.run_id, format('invoice of distributor id %s, carrier id %s', b.distributor_id, b.carrier_id) AS place,
       format('it binds the runs after %s up to %s; up to %s are bound already', b.after_run, b.up_to_run, b.bound) AS finding
  FROM (SELECT b.*, max(b.up_to_run) OVER (PARTITION BY b.distributor_id, b.carrier_id, b.currency, b.tax_ppb
                                               ORDER BY b.after_run, b.up_to_run, b.run_id
                                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bound
          FROM settle.invoice_binding b
          JOIN settle.invoice i USING (distributor_id, run_id, carrier_id, currency, tax_ppb)
          JOIN settle.run_publication USING (run_id)
         WHERE NOT i.carried) b
 WHERE b.bound > b.after_run
UNION ALL
SELECT run_id, format('invoice of distributor id %s, carrier id %s', distributor_id, carrier_id),
       CASE WHEN b.up_to_run IS NULL THEN 'it binds no run'
            ELSE format('the runs after %s up to %s are bound by no invoice', b.after_run, b.up_to_run) END
  FROM settle.invoice i
  FULL JOIN settle.invoice_binding b USING (distributor_id, run_id, carrier_id, currency, tax_ppb)
  JOIN settle.run_publication USING (run_id)
 WHERE b.up_to_run IS NULL OR i.chunk IS NULL
