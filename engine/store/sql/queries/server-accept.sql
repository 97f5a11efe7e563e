-- The database was moved on purpose. $1 reason
SELECT settle.accept_server($1)
