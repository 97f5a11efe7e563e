-- What was decided on the differences of a carrier's month, oldest first. $1 "CARRIER/YYYY-MM"
SELECT detail ->> 'difference' AS difference, action = 'statement-accept' AS is_accepted, (detail ->> 'theirs')::bigint AS theirs_minor,
       (detail ->> 'ours')::bigint AS ours_minor, actor, reason
  FROM settle.control_log
 WHERE action IN ('statement-accept', 'statement-dispute') AND subject = $1
 ORDER BY position
