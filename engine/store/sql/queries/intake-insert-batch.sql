-- $9 control count, -1: none; $10 control sum in minor units, '': none; $18 to $20 of a file,
-- $19 -1: it is none
INSERT INTO settle.batch (batch_id, kind, source, business_date, state, reason, rows_read, sum_minor,
    control_count, control_sum_minor, accepted, repeated, quarantined, waiting, header, content, unproved, file_name,
    file_bytes, file_sha256, carriers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::numeric, NULLIF($9, -1), NULLIF($10::text, '')::numeric,
    $11, $12, $13, $14, $15, $16, $17, $18, NULLIF($19, -1), $20, $21)
