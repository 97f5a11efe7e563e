-- Under what names policies are found. $1 only those that wait to be activated
SELECT p.name FROM settle.policy p WHERE NOT $1
UNION SELECT c.code || '/' || p.version
        FROM settle.policy p JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id WHERE NOT $1
UNION SELECT w.name FROM settle_view.policy_waiting w
UNION SELECT w.carrier || '/' || w.version FROM settle_view.policy_waiting w
 ORDER BY 1
