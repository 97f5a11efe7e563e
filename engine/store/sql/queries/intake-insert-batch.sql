-- $9 control count, -1: none; $10 control sum in minor units, '': none; $17 to $19 of a file,
-- $18 -1: it is none
INSERT INTO settle.batch (batch_id, kind, source, business_date, state, reason, rows_read, sum_minor,
    control_count, control_sum_minor, accepted, repeated, quarantined, waiting, header, unproved, file_name,
    file_bytes, file_sha256, carriers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::numeric, NULLIF($9, -1), NULLIF($10::text, '')::numeric,
    $11, $12, $13, $14, $15, $16, $17, NULLIF($18, -1), $19, $20)
