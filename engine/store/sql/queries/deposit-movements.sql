-- How deposits moved, run by run; the totals say where their transfers are. $1 before which run
SELECT CASE WHEN t.subject_id & 1099511627776 <> 0 THEN 1 ELSE 2 END AS dim,
       CASE WHEN t.subject_id & 1099511627776 <> 0 THEN (t.subject_id & 2147483647)::integer
            ELSE t.distributor_id END AS id,
       t.run_id, t.slot & 15 AS leg, t.debit = 7 AS freezes, t.amount_minor
  FROM (SELECT DISTINCT distributor_id, period, run_id
          FROM settle.ledger_total l
         WHERE l.kind = :deposit_kind AND l.run_id < $1
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = l.run_id)) l
  JOIN settle.transfer t
    ON t.distributor_id = l.distributor_id AND t.period = l.period AND t.run_id = l.run_id
   AND t.subject_id >= 5188146770730811392 AND t.kind = :deposit_kind
 ORDER BY 1, 2, 3, t.target_minor DESC
