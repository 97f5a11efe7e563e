-- The statement that holds of a carrier and month, the last that came and was not withdrawn. $1 "CARRIER/YYYY-MM"
SELECT position, detail ->> 'file' AS file, encode(digest, 'hex') AS digest_hex, detail ->> 'mapping' AS mapping, (detail ->> 'lines')::bigint AS lines,
       (detail ->> 'tolerance')::bigint AS tolerance_minor, actor, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS imported_at, digest,
       coalesce(withdrawal, '') AS withdrawal, coalesce(asked_by, '') AS asked_by, session_user AS viewer
  FROM settle.statement
 WHERE subject = $1 AND state = 'holds'
