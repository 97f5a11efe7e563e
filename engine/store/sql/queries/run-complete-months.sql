-- Months that carriers declared complete; of a month the last row that a run sees holds.
SELECT carrier_id, month, batch_id, withdrawn FROM settle.month_complete ORDER BY 1, 2, revision, withdrawn
