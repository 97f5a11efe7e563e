-- The carriers whose ids may look as if a spreadsheet had rounded them; '' for codes of no carrier.
SELECT substr(s.subject, length('rounded-ids:') + 1) AS carrier
  FROM (SELECT DISTINCT ON (subject) subject, detail ->> 'value' AS value
          FROM settle.control_log
         WHERE action = 'setting' AND (subject = 'rounded-ids' OR subject LIKE 'rounded-ids:%')
         ORDER BY subject, position DESC) s
 WHERE s.value = 'yes'
