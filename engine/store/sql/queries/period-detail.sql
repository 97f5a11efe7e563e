-- What is kept with a decision on a period. $1 reason, $2 what was left open, as text
SELECT (CASE WHEN $1::text IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('reason', $1::text) END
        || CASE WHEN $2::text = '' THEN '{}'::jsonb ELSE jsonb_build_object('left_open', $2::text) END)::text
