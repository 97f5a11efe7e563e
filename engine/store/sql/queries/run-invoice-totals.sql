-- Totals of earlier runs that may still be on no invoice. $1 distributors, $2 after which run each,
-- $3 carriers, $4 run, $5 abandoned runs, $6 first month
SELECT t.distributor_id, t.run_id, t.policy_id, t.kind, t.class_id, t.debit, t.credit,
       sum(t.transfers)::bigint AS sum_transfers, sum(t.amount_minor)::bigint AS sum_minor
  FROM unnest($1::integer[], $2::integer[]) AS k (distributor_id, after_run)
 CROSS JOIN LATERAL (SELECT * FROM settle.ledger_total l
                      WHERE l.distributor_id = k.distributor_id AND l.run_id > k.after_run
                        AND l.month >= $6 AND l.run_id < $4) t
 WHERE t.carrier_id = ANY ($3::integer[]) AND t.run_id <> ALL ($5::integer[]) AND (t.kind IN (:commission_kinds) OR t.kind = :deposit_kind AND t.debit = 7 AND t.credit = 2)
 GROUP BY 1, 2, 3, 4, 5, 6, 7
 ORDER BY 1
