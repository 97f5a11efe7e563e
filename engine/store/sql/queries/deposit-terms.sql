-- What deposits are by default, and up to which decision and day they were last brought up to date. $1 position in the
-- control log, $2 run
SELECT (SELECT detail ->> 'value' FROM settle.control_log
         WHERE action = 'setting' AND subject = 'deposit-carrier' AND position <= $1 ORDER BY position DESC LIMIT 1),
       (SELECT detail ->> 'value' FROM settle.control_log
         WHERE action = 'setting' AND subject = 'deposit-distributor' AND position <= $1
         ORDER BY position DESC LIMIT 1),
       (SELECT coalesce(max(r.control_position), 0) FROM settle.run r JOIN settle.run_publication USING (run_id)
         WHERE r.kind = 'deposit' AND r.run_id < $2) AS done_position,
       coalesce((SELECT max(p.business_date) + 1 FROM settle.run r JOIN settle.run_publication p USING (run_id)
                  WHERE r.kind = 'deposit' AND r.run_id < $2),
                (SELECT min(business_date) FROM settle.run_publication WHERE run_id < $2)) AS first_day
