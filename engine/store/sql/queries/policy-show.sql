-- By id, name, or CARRIER/VERSION. $1 text
SELECT p.policy_id, c.code, p.name, p.version, p.closing_from::text, p.closing_to::text,
       encode(p.hash, 'hex'), p.document
  FROM settle.policy p JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
 WHERE p.policy_id::text = $1 OR p.name = $1 OR c.code || '/' || p.version = $1
 ORDER BY p.policy_id
