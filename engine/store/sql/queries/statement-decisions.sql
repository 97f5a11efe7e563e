-- What was decided on the differences of a carrier's month, oldest first. $1 "CARRIER/YYYY-MM"
SELECT detail ->> 'difference', action = 'statement-accept', (detail ->> 'theirs')::bigint,
       (detail ->> 'ours')::bigint, actor, reason
  FROM settle.control_log
 WHERE action IN ('statement-accept', 'statement-dispute') AND subject = $1
 ORDER BY position
