-- A batch adds up, agrees with its control totals and has its kept rows.
-- Columns as check-finding
SELECT coalesce(c.run_id, 0) AS run_id, format('batch %s', b.batch_id) AS place,
       format('%s rows read, %s accepted, %s repeated, %s quarantined (%s kept), %s waiting; control %s rows, sum %s for %s',
              b.rows_read, b.accepted, b.repeated, b.quarantined, q.n, b.waiting,
              coalesce(b.control_count::text, '-'), coalesce(b.control_sum_minor::text, '-'), b.sum_minor) AS finding
  FROM settle.batch b
  LEFT JOIN settle.batch_consumption c USING (batch_id)
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM settle.quarantine q WHERE q.batch_id = b.batch_id) q
 WHERE b.state = 'sealed'
   AND (b.rows_read <> b.accepted + b.repeated + b.quarantined + b.waiting OR b.quarantined <> q.n
        OR b.control_count <> b.rows_read
        -- what could not be proved was accepted by somebody, with a reason
        OR (b.control_sum_minor <> b.sum_minor AND b.unproved = ''))
