-- The statement that holds of a carrier and month, the last that came. $1 "CARRIER/YYYY-MM"
SELECT position, detail ->> 'file' AS file, encode(digest, 'hex') AS digest_hex, detail ->> 'mapping' AS mapping, (detail ->> 'lines')::bigint AS lines,
       (detail ->> 'tolerance')::bigint AS tolerance_minor, actor, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS imported_at, digest
  FROM settle.control_log
 WHERE action = 'statement-import' AND subject = $1
 ORDER BY position DESC LIMIT 1
