-- Batches that no run consumed: sealed ones wait for their night, refused ones for their sender, until a file of that kind
-- and day, or of that name, was sealed for what they say whose they are.
SELECT b.batch_id, b.kind, b.source, b.business_date::text, b.state, b.rows_read, b.quarantined, b.reason
  FROM settle.batch b
 WHERE NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id)
   AND (b.state = 'sealed'
        OR b.at > (SELECT coalesce(max(p.at), 'epoch') FROM settle.run_publication p) - interval '7 days'
           AND NOT EXISTS (SELECT 1 FROM settle.batch s
                            WHERE s.state = 'sealed' AND s.kind = b.kind AND s.batch_id > b.batch_id
                              AND s.business_date >= b.business_date
                              AND (s.source = b.source
                                   OR s.business_date = b.business_date AND s.carriers && b.carriers)))
 ORDER BY b.business_date, b.batch_id LIMIT 50
