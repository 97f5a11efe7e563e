-- How many transfers of a period are of runs dated after its last day. $1 first day of the period, $2 carrier,
-- $3 distributor (NULL: any)
SELECT coalesce(sum(l.transfers), 0)::bigint AS transfers
  FROM settle.ledger_total l
  JOIN settle.run_publication q USING (run_id)
  LEFT JOIN settle.code c ON c.dim = 1 AND c.id = l.carrier_id
  LEFT JOIN settle.code d ON d.dim = 2 AND d.id = l.distributor_id
 WHERE l.period = $1::text::date AND l.month > $1::text::date AND ($2::text IS NULL OR c.code = $2)
   AND ($3::text IS NULL OR d.code = $3)
