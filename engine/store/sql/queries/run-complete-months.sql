-- Months that carriers declared complete.
SELECT carrier_id, month, batch_id FROM settle.month_complete ORDER BY 1, 2
