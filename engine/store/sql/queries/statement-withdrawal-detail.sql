-- What is kept of a decision on a statement's withdrawal. $1 position of its import
SELECT jsonb_build_object('statement', $1::bigint)::text AS detail
