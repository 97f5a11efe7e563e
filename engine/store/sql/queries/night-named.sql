-- Which of these files, which are not in the inbox, no sealed batch has the name of. $1 names, $2 kinds, $3 dates
-- Columns as night-file
SELECT t.place::integer - 1 AS place_of_file
  FROM unnest($1::text[], $2::text[], $3::date[]) WITH ORDINALITY AS t(name, kind, day, place)
 WHERE NOT EXISTS (SELECT 1 FROM settle.batch b
                    WHERE b.file_name = t.name AND b.kind = t.kind AND b.state = 'sealed' AND b.business_date = t.day)
 ORDER BY 1
