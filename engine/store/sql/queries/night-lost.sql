-- Which of these files the database knows no sealed batch of. $1 SHA-256 in hex, $2 kinds, $3 business dates
-- Columns as night-file
SELECT t.place::integer - 1 AS place_of_file
  FROM unnest($1::text[], $2::text[], $3::date[]) WITH ORDINALITY AS t(sha256, kind, day, place)
 WHERE NOT EXISTS (SELECT 1 FROM settle.batch b
                    WHERE b.file_sha256 = decode(t.sha256, 'hex') AND b.kind = t.kind AND b.state = 'sealed'
                      AND b.business_date = t.day)
 ORDER BY 1
