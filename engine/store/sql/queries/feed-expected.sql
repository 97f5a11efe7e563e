-- Whether a feed is expected on a day: the last decision that holds for it. $1 carrier, $2 kind, $3 day, $4 as a day
-- of its own: of a monthly feed the day by which it comes
SELECT coalesce((SELECT l.action = 'feed-expect'
                        AND (NOT $4::boolean OR (l.detail ->> 'monthly')::integer = 0
                             OR extract(day FROM $3::date) = least((l.detail ->> 'monthly')::numeric,
                                    extract(day FROM date_trunc('month', $3::date) + interval '1 month' - interval '1 day')))
                   FROM settle.control_log l
                  WHERE l.action IN ('feed-expect', 'feed-stop') AND l.subject = $1 || '/' || $2
                    AND (l.detail ->> 'day')::date <= $3
                  ORDER BY l.position DESC LIMIT 1), false) AS is_expected
