-- What of a period is not finished, though it may be closed: how many, and where to look. $1 first day of the period, $2 events that count
-- for nothing and that nobody has seen
SELECT x.what, x.n AS how_many, x.look || CASE WHEN x.dated THEN ' --until ' || to_char($1::date + interval '1 month' - interval '1 day', 'YYYY-MM-DD') ELSE '' END
  FROM (VALUES
    ('rejected rows that were neither released nor dismissed', (
        SELECT count(*) FROM settle_view.rejected q
         WHERE q.business_date < ($1::date + interval '1 month')::date),
     'settle quarantine list', true),
    ('invoice batches that were not issued', (
        SELECT count(*) FROM settle.invoice_batch i
         WHERE i.invoices > 0 AND i.cut_off < ($1::date + interval '1 month')::date
           AND i.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.invoice_issue s
                            WHERE s.batch_run_id = i.run_id AND s.carrier_id = i.carrier_id)),
     'settle invoice batches --status open', true),
    ('instalments due in or before it that wait for a bill', (
        SELECT count(*) FROM settle_view.agenda_waiting a
         WHERE a.what = 3 AND a.look_day < ($1::date + interval '1 month')::date),
     'settle facts waiting', true),
    ('bills and events that wait for their order', (
        SELECT (SELECT count(*) FROM settle_view.bill_waiting w
                 WHERE w.issue_day < ($1::date + interval '1 month')::date)
             + (SELECT count(*) FROM settle_view.event_waiting w
                 WHERE w.day < ($1::date + interval '1 month')::date)),
     'settle facts waiting', true),
    ('events that count for nothing, not seen yet', $2::bigint, 'settle facts list', false)) x (what, n, look, dated)
 WHERE x.n > 0
