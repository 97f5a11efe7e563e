-- The last closed period, NULL if none is: those before it are closed with it. $1 position of the
-- control log
SELECT max(subject COLLATE "C") FROM settle.control_log WHERE action = 'period-close' AND position <= $1
