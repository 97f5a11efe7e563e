-- Whether a file is the statement that holds of another month. $1 carrier, $2 its digest, $3 "CARRIER/YYYY-MM" that it is
-- to be now
SELECT split_part(s.subject, '/', 2) AS month_text, to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS since
  FROM settle.statement s
 WHERE s.subject LIKE replace($1::text, '_', '\_') || '/%' AND s.state = 'holds'
   AND s.digest = $2::bytea AND s.subject <> $3::text
 ORDER BY 1 LIMIT 1
