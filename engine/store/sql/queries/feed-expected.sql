-- Whether a feed is expected on a day: the last decision that holds for it. $1 carrier, $2 kind, $3 day
SELECT coalesce((SELECT l.action = 'feed-expect' FROM settle.control_log l
                  WHERE l.action IN ('feed-expect', 'feed-stop') AND l.subject = $1 || '/' || $2
                    AND (l.detail ->> 'day')::date <= $3
                  ORDER BY l.position DESC LIMIT 1), false)
