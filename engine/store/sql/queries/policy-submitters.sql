-- Who submitted a document: NULL nobody (or it was withdrawn), else somebody, if possible somebody
-- else than who asks; and who asks. $1 hash
SELECT (SELECT s.actor FROM settle.policy_submission s
         WHERE s.hash = $1
           AND NOT EXISTS (SELECT 1 FROM settle.control_log l
                            WHERE l.action = 'policy-withdraw' AND l.subject = s.position::text)
         ORDER BY s.actor = session_user, s.position LIMIT 1) AS submitter,
       session_user::text
