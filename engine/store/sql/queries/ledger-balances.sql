-- What accounts stand at: after the last published run that touched them. $1 carrier, $2 distributor (NULL: any)
-- Columns as ledger-balance
SELECT coalesce(c.code, '') AS carrier, coalesce(d.code, '') AS distributor, b.currency::integer, b.role, b.balance_minor
  FROM (SELECT DISTINCT ON (a.distributor_id, a.carrier_id, a.currency, a.role) a.*
          FROM settle.account_balance a
         WHERE a.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment x WHERE x.run_id = a.run_id)
           AND ($1::text IS NULL OR a.carrier_id = (SELECT id FROM settle.code WHERE dim = 1 AND code = $1))
           AND ($2::text IS NULL OR a.distributor_id = (SELECT id FROM settle.code WHERE dim = 2 AND code = $2))
         ORDER BY a.distributor_id, a.carrier_id, a.currency, a.role, a.run_id DESC) b
  LEFT JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
  LEFT JOIN settle.code d ON d.dim = 2 AND d.id = b.distributor_id
 ORDER BY coalesce(c.code, '') COLLATE "C", coalesce(d.code, '') COLLATE "C", 3, 4
