-- What is stored of a run: of all these distributors, in the periods that its totals or the recomputed transfers name
-- (a row in another one is what verify finds). $1 run, $2, $3 distributors, $4 month of the run, $5, $6 periods
SELECT subject_id, amount_minor, target_minor, distributor_id, policy_id, slot, period, origin, class_id,
       revision, kind, debit, credit, cause
  FROM settle.transfer
 WHERE run_id = $1 AND distributor_id BETWEEN $2 AND $3
   AND period BETWEEN least($5::date, (SELECT min(l.period) FROM settle.ledger_total l
                                        WHERE l.run_id = $1 AND l.distributor_id BETWEEN $2 AND $3 AND l.month = $4))
                  AND greatest($6::date, (SELECT max(l.period) FROM settle.ledger_total l
                                           WHERE l.run_id = $1 AND l.distributor_id BETWEEN $2 AND $3 AND l.month = $4))
