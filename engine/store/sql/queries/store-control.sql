-- $1 position, $2 action, $3 subject, $4 detail. Actor and time are the columns' defaults.
INSERT INTO settle.control_log (position, action, subject, detail) VALUES ($1, $2, $3, $4::jsonb)
