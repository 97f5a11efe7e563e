-- How many transfers of a period are of runs dated after its last day. $1 first day of the period
SELECT coalesce(sum(l.transfers), 0)::bigint
  FROM settle.ledger_total l
  JOIN settle.run_publication q USING (run_id)
 WHERE l.period = $1::text::date AND l.month > $1::text::date
