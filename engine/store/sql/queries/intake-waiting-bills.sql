-- Bills that wait for the first order of their contract. $1 contract ids, ascending
SELECT w.month, w.revision, w.issue_day, w.billed_minor, w.tax_minor, w.cash_minor, w.arrears_minor,
       w.minutes, w.megabytes, w.source_batch_id, w.line, w.turn, w.contract_id, w.currency, w.carrier_id
  FROM settle.bill_waiting w
 WHERE w.contract_id = ANY ($1::bigint[])
   AND NOT EXISTS (SELECT 1 FROM settle.bill_found f
                    WHERE f.contract_id = w.contract_id AND f.currency = w.currency AND f.turn = w.turn AND f.month = w.month
                      AND f.revision = w.revision)
