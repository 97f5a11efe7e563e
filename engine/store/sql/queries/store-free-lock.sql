-- Ends sessions that hold an advisory lock of ours and may not. $1 key
SELECT settle.free_lock($1) AS ended
