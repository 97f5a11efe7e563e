SELECT distributor_id, digest FROM settle.run_distributor WHERE run_id = $1
