-- All statements that were taken in; of a carrier's month the last one holds.
SELECT split_part(subject, '/', 1) AS carrier, split_part(subject, '/', 2) AS period, detail ->> 'file', (detail ->> 'lines')::bigint,
       (detail ->> 'unreadable')::bigint, (detail ->> 'total')::bigint, actor,
       to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 156::smallint,
       CASE WHEN row_number() OVER (PARTITION BY subject ORDER BY position DESC) = 1 THEN 'holds' ELSE 'replaced' END AS state
  FROM settle.control_log
 WHERE action = 'statement-import'
 ORDER BY subject, position
