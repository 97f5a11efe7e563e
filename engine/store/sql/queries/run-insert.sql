INSERT INTO settle.run (run_id, kind, business_date, due, control_position, calculation, engine)
VALUES ($1, $2, $3, $4, $5, $6, $7)
