-- Statements that hold and that somebody wants withdrawn.
SELECT split_part(subject, '/', 1), split_part(subject, '/', 2), detail ->> 'file', asked_by, asked_because
  FROM settle.statement WHERE state = 'holds' AND withdrawal = 'asked' ORDER BY subject
