SELECT detail ->> 'value' AS zone FROM settle.control_log
 WHERE action = 'setting' AND subject = 'zone' AND detail ->> 'value' IS NOT NULL
 ORDER BY position DESC LIMIT 1
