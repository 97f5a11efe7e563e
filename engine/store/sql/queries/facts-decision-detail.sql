-- What goes along with a setting of facts. $1 value, $2 first day
SELECT jsonb_build_object('value', $1::text, 'from', $2::text)::text AS detail
