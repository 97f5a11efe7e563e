SELECT run_id FROM settle.run_abandonment ORDER BY 1
