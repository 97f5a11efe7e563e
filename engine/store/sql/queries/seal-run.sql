-- The run itself. $1 run, $2 the run before
SELECT run_id, kind, business_date, due, control_position, calculation, engine, server, actor, at
  FROM settle.run WHERE run_id = $1 AND $2 = $2
