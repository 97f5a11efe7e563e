-- $1 batch, $2 lines, $3 the batch they went into, $4 control log position
INSERT INTO settle.quarantine_release (batch_id, line, into_batch, position)
SELECT $1, n.line, $3, $4 FROM unnest($2::bigint[]) AS n (line)
