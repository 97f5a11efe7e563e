-- $1 position of the control log
SELECT subject FROM settle.control_log
 WHERE action = 'period-close' AND position <= $1 ORDER BY subject
