-- The value of a setting. $1 name
SELECT detail ->> 'value' AS value FROM settle.control_log
 WHERE action = 'setting' AND subject = $1 ORDER BY position DESC LIMIT 1
