-- All of a batch, a line each. $1 batch
SELECT v.what, v.value
  FROM settle.batch b
  LEFT JOIN settle.batch_consumption c USING (batch_id)
  LEFT JOIN settle.withdrawal w USING (batch_id)
 CROSS JOIN LATERAL (VALUES
    (1, 'batch', b.batch_id::text), (2, 'kind', b.kind), (3, 'source', b.source),
    (4, 'business date', b.business_date::text), (5, 'state', b.state), (6, 'remark', b.reason),
    (7, 'taken in by', b.actor), (8, 'taken in at', to_char(b.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
    (9, 'rows', b.rows_read::text), (10, 'accepted', b.accepted::text), (11, 'repeated', b.repeated::text),
    (12, 'quarantined', b.quarantined::text), (13, 'waiting', b.waiting::text),
    (14, 'settled by run', c.run_id::text), (15, 'SHA-256', encode(b.file_sha256, 'hex')),
    (16, 'withdraws batch', (SELECT x.batch_id::text FROM settle.batch_withdrawal x WHERE x.by_batch = b.batch_id)),
    (17, 'withdrawal', w.state), (18, 'asked for by', w.asked_by),
    (19, 'asked for at', to_char(w.asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), (20, 'because', w.reason),
    (21, 'decided by', w.decided_by),
    (22, 'decided at', to_char(w.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
    (23, 'decided because', w.decided_because), (24, 'withdrawn by batch', w.by_batch::text)
 ) v (place, what, value)
 WHERE b.batch_id = $1 AND coalesce(v.value, '') <> ''
 ORDER BY v.place
