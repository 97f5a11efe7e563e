-- The batch of that file that was refused with these totals, if none of it was sealed since. Its sum is in units of the
-- most decimals that an amount of it has, none to four. $1 SHA-256, $2 kind, $3 count or -1, $4 sum or ''
SELECT b.batch_id, b.reason
  FROM settle.batch b
 WHERE b.file_sha256 = $1 AND b.kind = $2 AND b.state = 'refused' AND coalesce(b.control_count, -1) = $3
   AND CASE WHEN $4 = '' THEN b.control_sum_minor IS NULL
            ELSE b.control_sum_minor IN (SELECT $4::text::numeric * n.n FROM unnest('{1,10,100,1000,10000}'::integer[]) AS n (n)) END
 ORDER BY 1 DESC LIMIT 1
