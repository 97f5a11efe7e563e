-- Columns as verify-walk
SELECT distributor_id, run_id, carrier_id, transfers, digest FROM settle.run_distributor ORDER BY 1, 2, 3
