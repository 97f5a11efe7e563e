SELECT distributor_id, carrier_id, digest FROM settle.run_distributor WHERE run_id = $1
