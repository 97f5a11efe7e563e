-- The detail of a setting that somebody had a reason for. $1 value
SELECT jsonb_build_object('value', $1::text)::text AS detail
