-- The statement that holds of a carrier and month, the last that came. $1 "CARRIER/YYYY-MM"
SELECT position, detail ->> 'file', encode(digest, 'hex'), detail ->> 'mapping', (detail ->> 'lines')::bigint,
       (detail ->> 'tolerance')::bigint, actor, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), digest
  FROM settle.control_log
 WHERE action = 'statement-import' AND subject = $1
 ORDER BY position DESC LIMIT 1
