-- What waits under a number, a name, or CARRIER/VERSION: each text once. $1 text
SELECT DISTINCT ON (s.hash) s.position, s.document
  FROM settle_view.policy_waiting w JOIN settle.policy_submission s ON s.position = w.submission
 WHERE w.submission::text = $1 OR w.name = $1 OR w.carrier || '/' || w.version = $1
 ORDER BY s.hash, s.position
