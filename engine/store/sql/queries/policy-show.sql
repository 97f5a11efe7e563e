-- By number, name, or CARRIER/VERSION, active or waiting. $1 text
SELECT p.policy_id, c.code, p.name, p.version, p.closing_from::text, p.closing_to::text,
       encode(p.hash, 'hex') AS hash_hex, p.document
  FROM settle.policy p JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
 WHERE p.policy_id::text = $1 OR p.name = $1 OR c.code || '/' || p.version = $1
UNION ALL
SELECT NULL, w.carrier, w.name, w.version, w.closing_from::text, w.closing_to::text,
       encode(w.hash, 'hex'), s.document
  FROM settle_view.policy_waiting w JOIN settle.policy_submission s ON s.position = w.submission
 WHERE w.name = $1 OR w.carrier || '/' || w.version = $1
 ORDER BY 1
