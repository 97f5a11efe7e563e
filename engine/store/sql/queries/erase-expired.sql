-- Erases what is older than it is kept.
SELECT e.class, e.table_name, e.erased FROM settle.erase_expired() e
