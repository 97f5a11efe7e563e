-- What goes along with a decision on facts. $1 value, $2 first day (both NULL: none), $3 reason
SELECT jsonb_strip_nulls(jsonb_build_object('value', $1::text, 'from', $2::text, 'reason', $3::text))::text
