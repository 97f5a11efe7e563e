-- $1 source, $2 kind, $3 the last row taken in. Numbers become their text here: exact.
SELECT s.row_no,
       CASE WHEN jsonb_typeof(s.fields) = 'object' THEN
           (SELECT coalesce(jsonb_object_agg(f.key, CASE WHEN jsonb_typeof(f.value) = 'number'
                                THEN to_jsonb(f.value #>> '{}') ELSE f.value END), '{}')
              FROM jsonb_each(s.fields) AS f)
       ELSE s.fields END::text AS fields_text
  FROM settle.staging s
 WHERE s.source = $1 AND s.kind = $2 AND s.row_no > $3
 ORDER BY s.row_no
