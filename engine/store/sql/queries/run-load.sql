SELECT kind, business_date, due, control_position, calculation FROM settle.run WHERE run_id = $1
