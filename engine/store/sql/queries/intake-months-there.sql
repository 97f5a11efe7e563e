-- Months that are declared complete already.
SELECT carrier_id, month FROM settle.month_complete
