SELECT digest FROM settle.run_publication ORDER BY run_id DESC LIMIT 1
