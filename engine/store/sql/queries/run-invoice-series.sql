-- Takes n numbers of a carrier's series of a year and returns the last one. $1 carrier, $2 year, $3 n
INSERT INTO settle.invoice_series AS s (carrier_id, year, last_number) VALUES ($1, $2, $3)
ON CONFLICT (carrier_id, year) DO UPDATE SET last_number = s.last_number + excluded.last_number
RETURNING last_number
