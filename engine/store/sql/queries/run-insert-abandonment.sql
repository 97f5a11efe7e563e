INSERT INTO settle.run_abandonment (run_id, reason, position) VALUES ($1, $2, $3)
