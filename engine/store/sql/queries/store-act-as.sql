-- The role of what follows in the transaction. $1 role
SELECT set_config('role', $1, true)
