-- The detail of a setting that somebody had a reason for. $1 value, $2 reason
SELECT jsonb_build_object('value', $1::text, 'reason', $2::text)::text
