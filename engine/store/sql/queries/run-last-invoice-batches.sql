-- The last invoice batch of each carrier before a run. $1 run
SELECT carrier_id, max(run_id) AS last_run FROM settle.invoice_batch WHERE run_id < $1 GROUP BY 1
