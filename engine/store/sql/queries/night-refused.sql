-- The batch of that file that was refused with these totals, if none of it was sealed since. Currencies have no, two or
-- three decimals. $1 SHA-256, $2 kind, $3 count or -1, $4 sum or ''
SELECT b.batch_id, b.reason
  FROM settle.batch b
 WHERE b.file_sha256 = $1 AND b.kind = $2 AND b.state = 'refused' AND coalesce(b.control_count, -1) = $3
   AND CASE WHEN $4 = '' THEN b.control_sum_minor IS NULL
            ELSE b.control_sum_minor IN ($4::text::numeric, $4::text::numeric * 100, $4::text::numeric * 1000) END
 ORDER BY 1 DESC LIMIT 1
