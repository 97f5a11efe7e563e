-- What was sealed: the other side, from the batches' slices, receipts and rejected rows. $1 month
SELECT (SELECT count(*) FROM settle.closed_order o JOIN settle.batch b USING (batch_id)
         WHERE o.closing_month = $1::text::date AND b.state = 'sealed'),
       (SELECT count(*) FROM settle.quarantine q JOIN settle.batch b USING (batch_id)
         WHERE b.kind = 'orders' AND b.state = 'sealed' AND date_trunc('month', b.business_date)::date = $1::text::date
           AND NOT EXISTS (SELECT 1 FROM settle.quarantine_release r WHERE r.batch_id = q.batch_id AND r.line = q.line)),
       (SELECT count(*) FROM settle.batch b
         WHERE b.kind = 'orders' AND b.state = 'sealed'
           AND EXISTS (SELECT 1 FROM settle.closed_order o WHERE o.batch_id = b.batch_id AND o.closing_month = $1::text::date)
           AND b.accepted <> (SELECT count(*) FROM settle.closed_order o WHERE o.batch_id = b.batch_id))
