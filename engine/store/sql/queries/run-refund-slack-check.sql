-- What a carrier's slack is asked of: the carrier's id, the last night that is settled or begun, and whether the last
-- decision is this one. $1 carrier, $2 value, $3 first day
SELECT (SELECT id FROM settle.code WHERE dim = 1 AND code = $1) AS carrier_id,
       (SELECT max(business_date) FROM settle.run r WHERE kind = 'nightly'
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)) AS last_night,
       coalesce((SELECT detail ->> 'value' = $2 AND detail ->> 'from' = $3 FROM settle.control_log
                  WHERE action = 'setting' AND subject = 'refund-slack/' || $1 ORDER BY position DESC LIMIT 1), false) AS is_the_same
