-- What is kept with a decision on a period. $1 what was left open, as text
SELECT (CASE WHEN $1::text = '' THEN '{}'::jsonb ELSE jsonb_build_object('left_open', $1::text) END)::text AS detail
