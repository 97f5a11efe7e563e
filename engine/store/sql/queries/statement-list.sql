-- All statements that were taken in; of a carrier's month the last one holds that was not withdrawn.
SELECT split_part(subject, '/', 1) AS carrier, split_part(subject, '/', 2) AS period, detail ->> 'file', (detail ->> 'lines')::bigint,
       (detail ->> 'unreadable')::bigint, (detail ->> 'total')::bigint, actor,
       to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 156::smallint, state, withdrawal, asked_by, asked_because,
       CASE WHEN withdrawal <> 'asked' THEN decided_by END
  FROM settle.statement
 ORDER BY subject, position
