-- What is kept with a decision on a feed. $1 carrier, $2 kind, $3 day, $4 day of the month or 0, $5 days until the
-- deadline
SELECT jsonb_build_object('carrier', $1::text, 'kind', $2::text, 'day', $3::date, 'monthly', $4::integer,
                          'deadline', $5::integer)::text AS detail
