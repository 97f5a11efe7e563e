-- What is kept with a setting. $1 value
SELECT jsonb_build_object('value', $1::text)::text AS detail
