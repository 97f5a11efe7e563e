-- The number of the submission, and whether the very text waits already, submitted by this login: said
-- again it is not submitted again. $1 carrier, $2 name, $3 version, $4 and $5 closing days, $6 document
SELECT coalesce(w.submission, settle.submit_policy($1, $2, $3, $4, $5, $6)) AS submission, w.submission IS NOT NULL AS is_known
  FROM (SELECT min(submission) AS submission FROM settle_view.policy_waiting
         WHERE hash = sha256($6) AND submitted_by = session_user) w
