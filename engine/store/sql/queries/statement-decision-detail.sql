-- What is kept of a decision on a difference. $1 which, $2 theirs, $3 ours, $4 position of the statement's import
SELECT jsonb_build_object('difference', $1::text, 'theirs', $2::bigint, 'ours', $3::bigint, 'statement', $4::bigint)::text AS detail
