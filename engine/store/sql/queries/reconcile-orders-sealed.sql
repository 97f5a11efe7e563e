-- What was sealed: the other side, from the batches' slices, receipts and rejected rows. $1 month
SELECT (SELECT count(*) FROM settle.closed_order o JOIN settle.batch b USING (batch_id)
         WHERE o.closing_month = $1::text::date AND b.state = 'sealed' AND NOT o.withdrawn
           AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                            WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                              AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)) AS orders,
       (SELECT count(*) FROM settle_view.rejected q
         WHERE q.kind = 'orders' AND date_trunc('month', q.business_date)::date = $1::text::date) AS quarantined,
       (SELECT count(*) FROM settle.batch b
          JOIN (SELECT o.batch_id, count(DISTINCT o.line) AS n FROM settle.closed_order o
                 WHERE o.batch_id = ANY (ARRAY(SELECT DISTINCT x.batch_id FROM settle.closed_order x
                                                WHERE x.closing_month = $1::text::date))
                 GROUP BY 1) o USING (batch_id)
         WHERE b.kind = 'orders' AND b.state = 'sealed' AND b.accepted <> o.n
           AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = b.batch_id)) AS batches_off
