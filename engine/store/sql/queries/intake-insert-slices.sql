-- $1 batch, $2 distributors, $3 months, $4 facts
INSERT INTO settle.batch_slice (batch_id, distributor_id, month, facts)
SELECT $1, n.* FROM unnest($2::integer[], $3::date[], $4::integer[]) AS n
